//! Workers: the promises and timers of a request end when it dies, so calls that depend on another request count its heartbeats.
//!
//! No request acts for another one. A call is woken by a promise that the other request settles, or by its own timer, and then checks;
//! it executes itself what others have decided about its flights.

use super::call::{Place, Stage};
use super::effect::Effect;
use super::flight::Outcome;
use super::slab::Ticket;
use super::{Machine, Time};

/// How many own beats without one of the other request mean that it has died.
const SILENCE: u32 = 3;
/// Milliseconds without a beat after which a request is dead for calls that come later: even a busy isolate has run its timers by then.
const LONG_SILENCE: f64 = 2_000.0;
/// Milliseconds without a beat after which everything of a request is dropped.
const FORGOTTEN: f64 = 60_000.0;
/// The number of running calls from which dead requests are searched for.
const MANY: usize = 100;

/// How often a request was seen alive, and when last: milliseconds of the steady clock, infinity before the first time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Heartbeat {
    pub count: u32,
    pub at: f64,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { count: 0, at: f64::INFINITY }
    }
}

/// What was seen of another call's heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Seen {
    pub owner: Option<Ticket>,
    pub beats: u32,
    pub silence: u32,
}

impl Seen {
    /// Counts one own beat; returns whether the other has missed so many that it has died.
    pub fn has_died(&mut self, owner: Ticket, beats: u32) -> bool {
        let is_silent = self.owner == Some(owner) && self.beats == beats;
        *self = Seen { owner: Some(owner), beats, silence: if is_silent { self.silence + 1 } else { 0 } };
        let has_died = self.silence >= SILENCE;
        if has_died {
            *self = Seen::default();
        }
        has_died
    }
}

impl Machine {
    /// The call's own timer has fired: its request is alive, and the call checks its flights.
    pub fn beat(&mut self, call: Ticket, time: &impl Time) {
        if !self.on_workers() || !self.calls.is_current(call) {
            return;
        }
        let heartbeat = &mut self.calls[call.slot].heartbeat;
        heartbeat.count = heartbeat.count.wrapping_add(1);
        heartbeat.at = time.steady();
        self.obey(call.slot);
        self.unblock_dead(call.slot);
        self.look_after_death(call.slot, time);
        self.look(call, time);
    }

    /// Somebody whom the call follows has changed something, or its own timer has fired.
    pub fn look(&mut self, call: Ticket, time: &impl Time) {
        if !self.on_workers() || !self.calls.is_current(call) {
            return;
        }
        self.send_unblocked(call.slot);
        self.send_unblocked_write(call.slot);
        self.reread_unblocked_of(call.slot);
        for seat in 0..self.calls[call.slot].seats.len() as u32 {
            self.look_at_seat(call.slot, seat, false, time);
        }
        self.try_to_decide(call.slot, time);
        self.settle(time);
        if self.calls.is_current(call) {
            self.watch_owners(call.slot);
        }
    }

    /// Starts the call's heartbeat, and keeps its request alive.
    pub(super) fn keep_alive(&mut self, call: u32, time: &impl Time) {
        let (ticket, on_workers) = (self.calls.ticket(call), self.on_workers());
        let it = &mut self.calls[call];
        if std::mem::replace(&mut it.is_kept_alive, true) {
            return;
        }
        if on_workers {
            it.heartbeat.at = time.steady();
        }
        if on_workers || it.request.outlives {
            self.push(Effect::KeepAlive { call: ticket });
        }
    }

    /// Lets those who follow this call look, once what it does now is done.
    pub(super) fn changed(&mut self, call: Ticket) {
        if self.on_workers() && self.calls.is_current(call) {
            self.push(Effect::Changed { call: call.slot });
        }
    }

    /// Whether the request of a call is dead for a call that comes later.
    pub(super) fn is_long_silent(&self, owner: Ticket, time: &impl Time) -> bool {
        self.on_workers() && (!self.calls.is_current(owner) || time.steady() - self.calls[owner.slot].heartbeat.at > LONG_SILENCE)
    }

    /// Executes what others have decided about a call's flights, which only its own request may do.
    fn obey(&mut self, call: u32) {
        for flight in self.led_by(call) {
            if self.flights[flight].is_fenced {
                self.release_lock(flight, false);
            }
        }
    }

    /// The flights that a call leads and that are not over.
    fn led_by(&mut self, call: u32) -> Vec<u32> {
        let owner = self.calls.ticket(call);
        let mut leads = std::mem::take(&mut self.calls[call].leads);
        leads.retain(|flight| self.flights.get(*flight).is_some_and(|flight| flight.owner == owner));
        self.calls[call].leads = leads.clone();
        leads
    }

    /// Counts the beats of those whom the seats of a call depend on; whoever has stopped beating is given up.
    fn look_after_death(&mut self, call: u32, time: &impl Time) {
        for seat in 0..self.calls[call].seats.len() as u32 {
            let Some(owner) = self.owner_of(call, seat) else { continue };
            let beats = self.beats_of(owner);
            if self.calls[call].seats[seat as usize].seen.has_died(owner, beats) {
                self.has_seen_die(call, seat, time);
            }
        }
    }

    fn has_seen_die(&mut self, call: u32, seat: u32, time: &impl Time) {
        match self.calls[call].seats[seat as usize].place {
            Place::Boarded(flight) => {
                self.replace_dead(call, seat, flight);
                self.leave_read(call, seat);
            }
            Place::Waiting { .. } => self.look_at_seat(call, seat, true, time),
            _ => {}
        }
    }

    /// The request that a seat depends on, unless that is its own.
    fn owner_of(&self, call: u32, seat: u32) -> Option<Ticket> {
        let flight = match self.calls[call].seats[seat as usize].place {
            Place::Boarded(flight) => flight,
            Place::Waiting { flight, .. } => self.latest(flight),
            _ => return None,
        };
        let it = &self.flights[flight];
        Some(it.taken_over_by.unwrap_or(it.owner)).filter(|owner| owner.slot != call)
    }

    fn beats_of(&self, owner: Ticket) -> u32 {
        if self.calls.is_current(owner) { self.calls[owner.slot].heartbeat.count } else { 0 }
    }

    /// Ends the waiting for writes of dead requests.
    fn unblock_dead(&mut self, call: u32) {
        let blockers = self.blockers_of(call);
        let mut seen = std::mem::take(&mut self.calls[call].seen_writers);
        let owners: Vec<Ticket> = blockers.iter().filter_map(|write| self.writes.get(*write)?.owner).collect();
        seen.retain(|seen| seen.owner.is_some_and(|owner| owners.contains(&owner)));
        for (place, owner) in owners.iter().enumerate() {
            if owners[..place].contains(owner) {
                continue;
            }
            let known = seen.iter().position(|seen| seen.owner == Some(*owner)).unwrap_or_else(|| {
                seen.push(Seen::default());
                seen.len() - 1
            });
            if seen[known].has_died(*owner, self.beats_of(*owner)) {
                self.give_up_writes(&blockers, *owner);
            }
        }
        self.calls[call].seen_writers = seen;
    }

    fn give_up_writes(&mut self, writes: &[u32], owner: Ticket) {
        for write in writes {
            if self.writes.get(*write).is_some_and(|write| write.owner == Some(owner)) {
                self.give_up_write(*write);
            }
        }
    }

    /// The same for a call that may be over.
    pub(super) fn watch_all(&mut self, call: Ticket) {
        if self.on_workers() && self.calls.is_current(call) {
            self.watch_owners(call.slot);
        }
    }

    /// Follows whoever its seats and its read depend on.
    pub(super) fn watch_owners(&mut self, call: u32) {
        if !self.on_workers() || self.calls[call].has_ended {
            return;
        }
        let it = &self.calls[call];
        let mut owners: Vec<Ticket> = (0..it.seats.len() as u32).filter_map(|seat| self.owner_of(call, seat)).collect();
        owners.extend(self.blockers_of(call).iter().filter_map(|write| self.writes.get(*write)?.owner));
        owners.dedup();
        let ticket = self.calls.ticket(call);
        for owner in owners {
            if owner.slot != call && self.calls.is_current(owner) {
                self.push(Effect::Watch { call: ticket, owner: owner.slot });
            }
        }
    }

    /// Removes the flights of dead requests that nobody waits for.
    pub(super) fn sweep(&mut self, time: &impl Time) {
        if !self.on_workers() || self.calls.len() <= MANY {
            return;
        }
        let now = time.steady();
        let silent: Vec<u32> = self.calls.slots().filter(|call| now - self.calls[*call].heartbeat.at > LONG_SILENCE).collect();
        for call in silent {
            for flight in self.led_by(call) {
                self.supersede(flight);
            }
            if now - self.calls[call].heartbeat.at > FORGOTTEN {
                self.forget_call(call);
            }
        }
    }

    /// Drops everything of a dead request. Its lock rounds go first, so that the end of its flights does not continue them.
    fn forget_call(&mut self, call: u32) {
        self.forget_rounds(call);
        for flight in self.led_by(call) {
            self.end(flight, Outcome::Restart);
        }
        self.leave_call(call);
        self.forget_batches(call);
        if let Some(write) = self.calls[call].write {
            self.give_up_write(write);
            self.end_write(write, true);
        }
        let it = &mut self.calls[call];
        it.work = 0;
        it.is_reading = false;
        it.stage = Stage::Open;
        self.end_call_if_over(call);
    }
}
