//! A region's runner: it loads stale values in the background, and owns the flight until it releases.

use super::call::Place;
use super::effect::{Effect, Failure, Served};
use super::flight::Outcome;
use super::slab::Ticket;
use super::{Machine, Time};

impl Machine {
    pub(super) fn run(&mut self, call: u32, flight: u32) {
        self.hold(flight);
        self.flights[flight].is_run = true;
        self.calls[call].work += 1;
        self.push(Effect::Run { flight: self.flights.ticket(flight) });
    }

    /// The call that a flight is led by, and the seat of its key there.
    pub fn leader_of(&self, flight: u32) -> Option<(u32, u32)> {
        let call = self.flights[flight].owner;
        let key = self.flights[flight].key;
        let seats = &self.calls.get(call.slot).filter(|_| self.calls.is_current(call))?.seats;
        Some((call.slot, seats.iter().position(|seat| seat.key == key)? as u32))
    }

    /// The runner has taken over: whoever would have led is served what is stale.
    pub fn runner_began(&mut self, flight: Ticket, time: &impl Time) {
        if !self.flights.is_current(flight) {
            return;
        }
        if let Some((call, seat)) = self.leader_of(flight.slot)
            && let Place::Waiting { leads: true, .. } = self.calls[call].seats[seat as usize].place
        {
            self.serve_found(call, seat, flight.slot, Served::Stale);
        }
        self.settle(time);
    }

    /// The runner has thrown, and has released: its caller gets that error.
    pub fn runner_failed(&mut self, flight: Ticket, time: &impl Time) {
        if let Some((call, seat)) = self.flights.is_current(flight).then(|| self.leader_of(flight.slot)).flatten()
            && self.calls[call].seats[seat as usize].place != Place::Done
        {
            self.fail(call, Failure::Thrown);
        }
        self.released(flight, Released::Unused, time);
    }

    /// The runner has released: those who wait get what its creator gave or threw; if that was never called, they begin again.
    pub fn released(&mut self, flight: Ticket, outcome: Released, time: &impl Time) {
        if !self.flights.is_current(flight) || !self.flights[flight.slot].is_run {
            return;
        }
        let source = flight.slot;
        let owner = self.flights[source].owner;
        self.flights[source].is_run = false;
        self.end(
            source,
            match outcome {
                Released::Created => Outcome::Created { source },
                Released::Rejected => Outcome::Rejected { source, is_creators: false },
                Released::Unused => Outcome::Restart,
            },
        );
        self.release(source);
        self.end_work(owner);
        self.settle(time);
    }

    /// A runner's value was written, and may be handed over.
    pub fn runner_stored(&mut self, flight: Ticket) {
        if self.flights.is_current(flight) {
            self.flights[flight.slot].is_stored = true;
        }
    }

    /// Whether a runner may still store.
    pub fn runner_may_store(&self, flight: Ticket) -> bool {
        self.flights.is_current(flight) && self.may_store(flight.slot)
    }

    /// Whether a runner still has its flight.
    pub fn is_running(&self, flight: Ticket) -> bool {
        self.flights.is_current(flight) && self.flights[flight.slot].outcome.is_none()
    }

    /// A runner's creator is called. `started_at`: when, NaN where no strategy is asked about that.
    pub fn runner_enters(&mut self, region: u32, flight: Ticket, started_at: f64) {
        self.regions[region].counts.creations += 1;
        if self.is_running(flight) {
            let it = &mut self.flights[flight.slot];
            it.started_at = started_at;
            it.is_in_creator = true;
        }
    }

    /// Its synchronous part is over.
    pub fn runner_leaves(&mut self, flight: Ticket) {
        if self.flights.is_current(flight) {
            self.flights[flight.slot].is_in_creator = false;
        }
    }

    /// It has failed.
    pub fn runner_threw(&mut self, region: u32) {
        self.regions[region].counts.creation_errors += 1;
    }
}

/// What a runner's creator has come to when it releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// A value.
    Created,
    /// A rejection.
    Rejected,
    /// It was not called, or has not settled.
    Unused,
}
