//! Events from the host, each with the ticket of its operation: `slot` and `serial`.
#![allow(clippy::too_many_arguments)]

use wasm_bindgen::prelude::*;

use super::imports::Host;
use super::numbers::invalidated_by_number;
use super::region::Region;
use super::time::Realm;
use crate::duration;
use crate::freshness::{Metadata, Why};
use crate::machine::{Found, LockAnswer, Released, Ticket};

/// The events of `Region::resume`. `pkg/host/numbers.js` has the same names; a test compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// All reads of a call have ended.
    Read,
    /// A strategy was refreshed.
    Refreshed,
    /// A call rejects with an error that the host keeps.
    FailedCall,
    /// A creator returned a value for each of its flights.
    Created,
    /// A creator returned fewer values.
    CreatedLess,
    /// It is decided whether a creator's values are stored.
    Accepted,
    /// A strategy was refreshed before a creator's values are stored.
    RefreshedToStore,
    /// That has failed.
    Rejected,
    /// The created values are written.
    Stored,
    /// That has failed.
    NotStored,
    /// A write has ended.
    Wrote,
    /// A flight's timer has fired.
    Timer,
    /// A round's timer has fired.
    RoundTimer,
    /// All second reads of a lock round have ended.
    ReadAgain,
    /// A lock was released.
    Unlocked,
    /// A call's signal was aborted.
    Aborted,
    /// A call's timeout has passed.
    TimedOut,
    /// A request is alive.
    Beat,
    /// Something has changed for a call.
    Look,
    /// A runner has released, and its creator returned a value.
    RunnerCreated,
    /// The same, and its creator has failed.
    RunnerFailed,
    /// The same, and its creator was not called, or has not settled.
    RunnerUnused,
    /// A runner's value is written.
    RunnerStored,
    /// A runner's creator is called; the value is the time, NaN if no strategy needs it.
    RunnerEnters,
    /// Its synchronous part is over.
    RunnerLeaves,
    /// It has failed.
    RunnerThrew,
    /// A creator may be called now, in its caller's context.
    CreateNow,
    /// A lock is busy.
    LockBusy,
    /// A lock is held.
    LockGranted,
    /// A lock has failed.
    LockFailed,
    /// Others have invalidated since a flight's load started.
    Overtaken,
    /// The region has another backend, or none.
    Retired,
    /// A flight's record was invalidated by its tags; the value says how.
    TagsEnded,
}

/// The queries of `Region::ask`. `pkg/host/numbers.js` has the same names; a test compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether a call still waits for its operation.
    Expects,
    /// The same for a round of locks.
    ExpectsRound,
    /// Whether a runner still has its flight.
    IsRunning,
    /// Whether its value may be stored.
    RunnerMayStore,
    /// When a runner's load started.
    StartedAt,
    /// The queue position of a runner's write.
    RunnerWrites,
    /// The serial of a write.
    SerialOfWrite,
    /// A counter: `slot` is its index in `stats`.
    Count,
}

#[wasm_bindgen]
impl Region {
    /// The result of a flight's read; of its second read if `round` is a lock round, else -1. `kind`: 0 a record, 1 one that is to be renewed if it is fresh, 2 nothing, 3 another version,
    /// 5 unreadable, 6 an error for the caller.
    pub fn landed(
        &self,
        round: i32,
        serial: u32,
        flight: u32,
        kind: u32,
        created: f64,
        version: f64,
        own: f64,
        invalidated: u32,
    ) {
        let found = found(kind, created, version, own, invalidated);
        let mut machine = self.machine.borrow_mut();
        if round < 0 {
            machine.landed(flight, found);
        } else {
            machine.landed_again(Ticket { slot: round as u32, serial }, flight, found);
        }
    }

    /// The record that the last holder of a flight's lock left; `kind` 7: nothing.
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

    /// Handles an event: `news` is one of `News`. Returns `true` if a granted lock is kept.
    pub fn resume(&self, host: &Host, news: u32, slot: u32, serial: u32, now: f64, value: f64) -> bool {
        let time = Realm::new(now);
        let keeps = self.hear_news(host, news, Ticket { slot, serial }, value, &time);
        self.act(host, &time);
        keeps
    }

    /// Answers a `Question` with a number.
    pub fn ask(&self, question: u32, slot: u32, serial: u32) -> f64 {
        let mut machine = self.machine.borrow_mut();
        let ticket = Ticket { slot, serial };
        let is_so = match question {
            _ if question == Question::Count as u32 => return machine.counts(self.number).by_number(slot).into(),
            _ if question == Question::RunnerWrites as u32 => return machine.write_sent(ticket).slot.into(),
            _ if question == Question::SerialOfWrite as u32 => return machine.serial_of_write(slot).into(),
            _ if question == Question::StartedAt as u32 => {
                return if machine.is_running(ticket) { machine.started_at(slot) } else { f64::NAN };
            }
            _ if question == Question::Expects as u32 => machine.expects(ticket),
            _ if question == Question::ExpectsRound as u32 => machine.expects_round(ticket),
            _ if question == Question::IsRunning as u32 => machine.is_running(ticket),
            _ => machine.runner_may_store(ticket),
        };
        is_so.into()
    }
}

impl Region {
    fn hear_news(&self, host: &Host, news: u32, ticket: Ticket, value: f64, time: &Realm) -> bool {
        let is = |one: News| news == one as u32;
        if is(News::Created) || is(News::CreatedLess) {
            self.created(host, ticket, is(News::Created), time);
        } else if is(News::CreateNow) {
            self.create(host, ticket, time);
        } else if is(News::Accepted) {
            self.accept(host, ticket, time);
        } else if is(News::RefreshedToStore) {
            self.hear_to_store(host, ticket, time);
        } else if is(News::Rejected) {
            self.reject(ticket, time);
        } else {
            return self.tell_machine(news, ticket, value, time);
        }
        false
    }

    fn tell_machine(&self, news: u32, ticket: Ticket, value: f64, time: &Realm) -> bool {
        let is = |one: News| news == one as u32;
        let mut machine = self.machine.borrow_mut();
        match news {
            _ if is(News::Read) => machine.decide(ticket, time),
            _ if is(News::Refreshed) => machine.refreshed(ticket, time),
            _ if is(News::FailedCall) => machine.failed(ticket, time),
            _ if is(News::Stored) || is(News::NotStored) => machine.stored(ticket, is(News::Stored), time),
            _ if is(News::Wrote) => machine.wrote(ticket, time),
            _ if is(News::Timer) => machine.timer_fired(ticket, time),
            _ if is(News::RoundTimer) => machine.round_timer_fired(ticket, time),
            _ if is(News::ReadAgain) => machine.reread(ticket, time),
            _ if is(News::Unlocked) => machine.unlocked(ticket, time),
            _ if is(News::Aborted) => machine.aborted(ticket, time),
            _ if is(News::TimedOut) => machine.timed_out(ticket, time),
            _ if is(News::Beat) => machine.beat(ticket, time),
            _ if is(News::Look) => machine.look(ticket, time),
            _ if is(News::RunnerCreated) => machine.released(ticket, Released::Created, time),
            _ if is(News::RunnerFailed) => machine.released(ticket, Released::Rejected, time),
            _ if is(News::RunnerUnused) => machine.released(ticket, Released::Unused, time),
            _ if is(News::RunnerStored) => machine.runner_stored(ticket),
            _ if is(News::RunnerEnters) => machine.runner_enters(self.number, ticket, value),
            _ if is(News::RunnerLeaves) => machine.runner_leaves(ticket),
            _ if is(News::RunnerThrew) => machine.runner_threw(self.number),
            _ if is(News::LockBusy) => _ = machine.lock_answered(ticket, LockAnswer::Busy, time),
            _ if is(News::LockGranted) => return machine.lock_answered(ticket, LockAnswer::Granted, time),
            _ if is(News::LockFailed) => _ = machine.lock_answered(ticket, LockAnswer::Failed, time),
            _ if is(News::Overtaken) => machine.overtaken(ticket.slot, time),
            _ if is(News::TagsEnded) => machine.told(ticket.slot, invalidated_by_number(value as u32)),
            _ if is(News::Retired) => machine.retire(self.number, time),
            _ => {}
        }
        false
    }
}

pub(super) fn found(kind: u32, created: f64, version: f64, own: f64, invalidated: u32) -> Found {
    match kind {
        0 | 1 => Found::Record {
            metadata: Metadata { created, version },
            own: duration::normalize(own),
            invalidated: invalidated_by_number(invalidated),
            early: kind == 1,
        },
        3 => Found::Missing(Why::Version),
        5 => Found::Missing(Why::Unreadable),
        6 => Found::Failed,
        _ => Found::Missing(Why::Absent),
    }
}
