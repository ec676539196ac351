//! What the host brings later: each by the ticket under which it was asked for, `slot` and `serial`.
#![allow(clippy::too_many_arguments)]

use wasm_bindgen::prelude::*;

use super::effects::lock_answer;
use super::imports::Host;
use super::numbers::invalidated_by_number;
use super::region::Region;
use super::time::Realm;
use crate::duration;
use crate::freshness::{Metadata, Why};
use crate::machine::{Found, Released, Ticket};

#[wasm_bindgen]
impl Region {
    /// A read has found this under the key of a flight. `kind`: 0 a record, 2 nothing, 3 another version, 5 unreadable, 6 an error for the caller.
    pub fn landed(&self, flight: u32, kind: u32, created: f64, version: f64, own: f64, invalidated: u32) {
        self.machine.borrow_mut().landed(flight, found(kind, created, version, own, invalidated));
    }

    /// The same under a lock.
    #[wasm_bindgen(js_name = landedAgain)]
    pub fn landed_again(
        &self,
        round: u32,
        serial: u32,
        flight: u32,
        kind: u32,
        created: f64,
        version: f64,
        own: f64,
        invalidated: u32,
    ) {
        let found = found(kind, created, version, own, invalidated);
        self.machine.borrow_mut().landed_again(Ticket { slot: round, serial }, flight, found);
    }

    /// What the last holder of a flight's lock has left; `kind` 7: nothing.
    #[wasm_bindgen(js_name = handedOver)]
    pub fn handed_over(
        &self,
        host: &Host,
        flight: u32,
        serial: u32,
        kind: u32,
        created: f64,
        version: f64,
        own: f64,
        invalidated: u32,
        now: f64,
    ) {
        let time = Realm::new(now);
        let found = (kind != 7).then(|| found(kind, created, version, own, invalidated));
        self.machine.borrow_mut().handed_over(Ticket { slot: flight, serial }, found, &time);
        self.act(host, &time);
    }

    /// A backend's lock has answered: 0 busy, 1 granted, 2 it failed. `false`: release it at once.
    #[wasm_bindgen(js_name = lockAnswered)]
    pub fn lock_answered(&self, host: &Host, flight: u32, serial: u32, answer: u32, now: f64) -> bool {
        let time = Realm::new(now);
        let keeps = self.machine.borrow_mut().lock_answered(Ticket { slot: flight, serial }, lock_answer(answer), &time);
        self.act(host, &time);
        keeps
    }

    /// Whether what was asked under this ticket of a call's is still waited for.
    pub fn expects(&self, slot: u32, serial: u32) -> bool {
        self.machine.borrow().expects(Ticket { slot, serial })
    }

    /// The same for a round of locks.
    #[wasm_bindgen(js_name = expectsRound)]
    pub fn expects_round(&self, slot: u32, serial: u32) -> bool {
        self.machine.borrow().expects_round(Ticket { slot, serial })
    }

    /// Something has come to an end that needs no further word. `what`: see `pkg/host/news.js`.
    pub fn resume(&self, host: &Host, what: u32, slot: u32, serial: u32, now: f64) {
        let time = Realm::new(now);
        let ticket = Ticket { slot, serial };
        match what {
            0 => self.machine.borrow_mut().decide(ticket, &time),
            1 => self.machine.borrow_mut().refreshed(ticket, &time),
            2 => self.machine.borrow_mut().failed(ticket, &time),
            3 => self.created(host, ticket, &time),
            4 => self.machine.borrow_mut().refreshed_to_store(ticket),
            5 => self.reject(ticket, &time),
            6 => self.machine.borrow_mut().stored(ticket, true, &time),
            7 => self.machine.borrow_mut().stored(ticket, false, &time),
            8 => self.machine.borrow_mut().wrote(ticket, &time),
            9 => self.machine.borrow_mut().timer_fired(ticket, &time),
            10 => self.machine.borrow_mut().round_timer_fired(ticket, &time),
            11 => self.machine.borrow_mut().reread(ticket, &time),
            12 => self.machine.borrow_mut().unlocked(ticket, &time),
            13 => self.machine.borrow_mut().aborted(ticket, &time),
            14 => self.machine.borrow_mut().timed_out(ticket, &time),
            15 => self.machine.borrow_mut().beat(ticket, &time),
            16 => self.machine.borrow_mut().look(ticket, &time),
            17 => self.machine.borrow_mut().released(ticket, Released::Created, &time),
            18 => self.machine.borrow_mut().released(ticket, Released::Rejected, &time),
            19 => self.machine.borrow_mut().released(ticket, Released::Unused, &time),
            20 => self.machine.borrow_mut().runner_stored(ticket),
            21 => self.machine.borrow_mut().in_runners_creator(ticket, true),
            22 => self.machine.borrow_mut().in_runners_creator(ticket, false),
            23 => self.create_now(host, ticket, &time),
            24 => self.hear_to_store(host, ticket, &time),
            _ => {}
        }
        self.act(host, &time);
    }

    /// A runner's creator is called: a strategy's news since then fences its flight.
    #[wasm_bindgen(js_name = runnerStarts)]
    pub fn runner_starts(&self, flight: u32, serial: u32, started_at: f64) {
        let mut machine = self.machine.borrow_mut();
        machine.counts_mut(self.number).creations += 1;
        if machine.is_running(Ticket { slot: flight, serial }) {
            machine.starts_at(flight, started_at);
        }
    }

    /// When that was; NaN where no strategy is asked.
    #[wasm_bindgen(js_name = startedAt)]
    pub fn started_at(&self, flight: u32, serial: u32) -> f64 {
        let machine = self.machine.borrow();
        if machine.is_running(Ticket { slot: flight, serial }) { machine.started_at(flight) } else { f64::NAN }
    }

    /// Others have invalidated since.
    pub fn overtaken(&self, host: &Host, flight: u32) {
        let time = Realm::new(f64::NAN);
        self.machine.borrow_mut().overtaken(flight, &time);
        self.act(host, &time);
    }

    /// A runner's creator has failed.
    #[wasm_bindgen(js_name = runnersCreatorFailed)]
    pub fn runners_creator_failed(&self) {
        self.machine.borrow_mut().counts_mut(self.number).creation_errors += 1;
    }

    /// Whether a runner's value may be stored.
    #[wasm_bindgen(js_name = runnerMayStore)]
    pub fn runner_may_store(&self, flight: u32, serial: u32) -> bool {
        self.machine.borrow().runner_may_store(Ticket { slot: flight, serial })
    }

    /// Whether a runner still has its flight.
    #[wasm_bindgen(js_name = isRunning)]
    pub fn is_running(&self, flight: u32, serial: u32) -> bool {
        self.machine.borrow().is_running(Ticket { slot: flight, serial })
    }

    /// A runner's write goes on: its place in the queue, the serial last.
    #[wasm_bindgen(js_name = runnerWrites)]
    pub fn runner_writes(&self, flight: u32) -> u64 {
        let Ticket { slot, serial } = self.machine.borrow_mut().write_sent(flight);
        u64::from(slot) << 32 | u64::from(serial)
    }
}

pub(super) fn found(kind: u32, created: f64, version: f64, own: f64, invalidated: u32) -> Found {
    match kind {
        0 => Found::Record {
            metadata: Metadata { created, version },
            own: duration::normalize(own),
            invalidated: invalidated_by_number(invalidated),
        },
        3 => Found::Missing(Why::Version),
        5 => Found::Missing(Why::Unreadable),
        6 => Found::Failed,
        _ => Found::Missing(Why::Absent),
    }
}
