//! The creator's call, for all keys that a call leads together, and its values: accepted, stored, returned to waiting calls.

use super::effect::Effect;
use super::flight::{Outcome, Phase};
use super::slab::Ticket;
use super::{Machine, Time};

/// The host's decision about a created value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is not stored.
    No,
    /// It may be stored.
    Yes,
    /// The host has an error for everyone who waits for any of the creator's values.
    Threw,
    /// It cannot be stored: the host has an error for those who wait for it.
    Refused,
}

impl Machine {
    /// Starts the loads that a call leads, at once or under the backend's locks. A value that will not be stored needs no lock.
    pub(super) fn lead(&mut self, call: u32, led: &[(u32, u32)], time: &impl Time) {
        if !self.regions[self.calls[call].region].settings.has_locks {
            return self.start(call, led, time);
        }
        let (fenced, locked): (Vec<_>, Vec<_>) = led.iter().partition(|(_, flight)| self.flights[*flight].is_fenced);
        self.start(call, &fenced, time);
        self.begin_lock_round(call, locked, time);
    }

    /// Calls the creator, or the region's runner for stale values.
    pub(super) fn start(&mut self, call: u32, led: &[(u32, u32)], time: &impl Time) {
        let it = &self.calls[call];
        let runs = it.request.revalidates.unwrap_or(self.regions[it.region].settings.has_runner);
        let may_run = runs && !it.request.is_multi;
        let lock_timeout = self.calls[call].request.lock_timeout;
        let mut batch = None;
        for (seat, flight) in led {
            self.begin_creating(*flight, time);
            let may_run = may_run || self.runs_early(*flight);
            if may_run && self.calls[call].seats[*seat as usize].is_stale && self.is_still_stale(call, *flight, time) {
                self.run(call, *flight);
            } else {
                let batch = *batch.get_or_insert_with(|| self.begin_batch(call));
                self.create(batch, *flight);
            }
        }
        if let Some(batch) = batch {
            self.push(Effect::Create { batch: self.batches.ticket(batch) });
        }
        for (_, flight) in led {
            if self.flights[*flight].is_last_chance || !self.is_lone(call, true) {
                self.watch(*flight, lock_timeout, time);
            }
        }
    }

    /// Starts the time limit, also for calls that already wait.
    fn begin_creating(&mut self, flight: u32, time: &impl Time) {
        let it = &mut self.flights[flight];
        it.phase = Phase::Creating { begun: time.steady(), timer_at: f64::INFINITY, rung_at: f64::NEG_INFINITY };
        let has_leader = it.waiters.iter().any(|waiter| waiter.call == it.owner); // not where that was served at once
        if it.waiters.len() > usize::from(has_leader) || !it.predecessors.is_empty() {
            self.wake(flight);
        }
    }

    fn create(&mut self, batch: u32, flight: u32) {
        self.hold(flight);
        let it = &mut self.flights[flight];
        it.batch = Some(batch);
        self.regions[it.region].counts.creations += 1;
        self.batches[batch].flights.push(flight);
        self.batches[batch].open += 1;
    }

    /// A creator is in its synchronous part, or not any more: then one that asks for its own key could only wait for itself.
    pub fn in_creator(&mut self, batch: Ticket, is_in: bool) {
        if !self.expects_batch(batch) {
            return;
        }
        for flight in &self.batches[batch.slot].flights {
            self.flights[*flight].is_in_creator = is_in;
        }
    }

    /// A creator has settled: there is a value for each of its flights but these.
    pub fn created(&mut self, batch: Ticket, rejected: &[u32], time: &impl Time) {
        if !self.expects_batch(batch) {
            return;
        }
        self.batches[batch.slot].has_settled = true;
        let mut rejected = rejected.iter().peekable(); // in the order of the flights
        for index in 0..self.batches[batch.slot].flights.len() {
            let flight = self.batches[batch.slot].flights[index];
            self.creator_settled(flight);
            if rejected.next_if_eq(&&flight).is_none() {
                self.batches[batch.slot].created.push(flight);
            } else {
                let is_aborted = self.batches[batch.slot].is_aborted;
                let it = &mut self.flights[flight];
                it.has_failed = !is_aborted;
                self.regions[it.region].counts.creation_errors += 1;
                self.end(flight, Outcome::Rejected { source: flight, is_creators: true });
            }
        }
        if self.batches[batch.slot].created.is_empty() {
            self.finish_batch(batch.slot);
        } else {
            self.push(Effect::Accept { batch });
        }
        self.settle(time);
    }

    /// Ends the time limit: the remaining write has its own.
    fn creator_settled(&mut self, flight: u32) {
        self.clear_timer(flight);
        let it = &mut self.flights[flight];
        if it.phase != Phase::Done {
            it.phase = Phase::Storing;
        }
    }

    /// The flights whose values are to be accepted.
    pub fn created_flights(&self, batch: Ticket) -> &[u32] {
        self.batches.named(batch).filter(|batch| !batch.is_over).map_or(&[], |batch| &batch.created)
    }
}
