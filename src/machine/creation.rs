//! The creator's call, for all keys that one call leads at once, and what becomes of the values: accepted, stored, given to those who wait.

use super::effect::Effect;
use super::flight::{Outcome, Phase};
use super::slab::{Reusable, Ticket, empty};
use super::{Machine, Time};

/// One call of a creator.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub call: Ticket,
    pub flights: Vec<u32>,
    /// Those that it has given a value for.
    pub created: Vec<u32>,
    /// Those of them that may be stored.
    pub storable: Vec<u32>,
    /// How many of its flights have not ended.
    pub open: u32,
    pub has_settled: bool,
    /// Whether nothing more comes of it, though the host may not have been told yet.
    pub is_over: bool,
    /// Whether nobody waits any more.
    pub is_aborted: bool,
    /// Whether it is on the list of those that a caller may have been the last to wait for.
    pub is_listed: bool,
    /// The flight with which the host keeps an error for all.
    pub threw: Option<u32>,
    /// The write that it has in the queue.
    pub write: Option<Ticket>,
}

impl Reusable for Batch {
    fn clear(&mut self) {
        empty(&mut self.flights);
        empty(&mut self.created);
        empty(&mut self.storable);
        (self.has_settled, self.is_over, self.is_aborted) = (false, false, false);
        (self.threw, self.write, self.open) = (None, None, 0);
    }
}

/// What the host says of a value that was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is not to be stored.
    No,
    /// It may be stored.
    Yes,
    /// The host has an error for everyone who waits for any of the creator's values.
    Threw,
    /// It cannot be stored: the host has an error for those who wait for it.
    Refused,
}

impl Machine {
    /// Has the values created that a call is the first to need: at once, or under the backend's locks. What is not going to be stored needs no lock.
    pub(super) fn lead(&mut self, call: u32, led: &[(u32, u32)], time: &impl Time) {
        if !self.regions[self.calls[call].region].settings.has_locks {
            return self.start(call, led, time);
        }
        let (fenced, locked): (Vec<_>, Vec<_>) = led.iter().partition(|(_, flight)| self.flights[*flight].is_fenced);
        self.start(call, &fenced, time);
        self.begin_lock_round(call, locked, time);
    }

    /// Calls the creator, or the region's runner for what is stale.
    pub(super) fn start(&mut self, call: u32, led: &[(u32, u32)], time: &impl Time) {
        let it = &self.calls[call];
        let runs = it.request.revalidates.unwrap_or(self.regions[it.region].settings.has_runner);
        let may_run = runs && !it.request.is_multi;
        let lock_timeout = self.calls[call].request.lock_timeout;
        let mut batch = None;
        for (seat, flight) in led {
            self.begin_creating(*flight, time);
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
            if self.flights[*flight].is_last_chance {
                self.watch(*flight, lock_timeout, time);
            }
        }
    }

    /// The time limit begins to run, for those who wait already, too.
    fn begin_creating(&mut self, flight: u32, time: &impl Time) {
        let it = &mut self.flights[flight];
        it.phase = Phase::Creating { begun: time.steady(), timer_at: f64::INFINITY, rung_at: f64::NEG_INFINITY };
        if it.waiters.len() > 1 || !it.predecessors.is_empty() {
            self.wake(flight);
        }
    }

    fn begin_batch(&mut self, call: u32) -> u32 {
        let batch = self.batches.add();
        self.batches[batch].call = self.calls.ticket(call);
        self.calls[call].work += 1;
        batch
    }

    fn create(&mut self, batch: u32, flight: u32) {
        self.hold(flight);
        let it = &mut self.flights[flight];
        it.batch = Some(batch);
        self.regions[it.region].counts.creations += 1;
        self.batches[batch].flights.push(flight);
        self.batches[batch].open += 1;
    }

    /// The flights that a creator is called for.
    pub fn batch(&self, batch: Ticket) -> &[u32] {
        self.batches.named(batch).filter(|batch| !batch.is_over).map_or(&[], |batch| &batch.flights)
    }

    /// The call whose creator is called.
    pub fn call_of(&self, batch: Ticket) -> u32 {
        self.batches[batch.slot].call.slot
    }

    /// Whether a creator's call still counts.
    pub fn expects_batch(&self, batch: Ticket) -> bool {
        self.batches.named(batch).is_some_and(|batch| !batch.is_over)
    }

    /// Whether the creator is to be called: nobody may be left who waits for it.
    pub fn still_creates(&mut self, batch: Ticket, time: &impl Time) -> bool {
        if !self.expects_batch(batch) {
            return false;
        }
        if self.batches[batch.slot].is_aborted {
            self.batches[batch.slot].has_settled = true;
            for flight in self.batches[batch.slot].flights.clone() {
                self.end(flight, Outcome::Restart);
            }
            self.finish_batch(batch.slot);
            self.settle(time);
            return false;
        }
        true
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

    /// No time limit runs any more: what is left is the write, which has its own.
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

    /// On Workers: what a dead request creates.
    pub(super) fn forget_batches(&mut self, call: u32) {
        let ticket = self.calls.ticket(call);
        let batches: Vec<u32> = self.batches.slots().filter(|batch| self.batches[*batch].call == ticket).collect();
        for batch in batches {
            self.finish_batch(batch);
        }
    }

    /// Nobody waits any more for a creator that has not settled: it may never do so. What comes of it is not heard.
    pub(super) fn forget_late_creator(&mut self, flight: u32) {
        let Some(batch) = self.flights[flight].batch.filter(|_| !self.on_workers()) else { return };
        if !self.batches[batch].has_settled && self.batches[batch].open == 0 {
            self.finish_batch(batch);
        }
    }

    pub(super) fn finish_batch(&mut self, batch: u32) {
        if std::mem::replace(&mut self.batches[batch].is_over, true) {
            return;
        }
        for index in 0..self.batches[batch].flights.len() {
            let flight = self.batches[batch].flights[index];
            self.flights[flight].batch = None;
            self.release(flight);
        }
        let call = self.batches[batch].call;
        self.push(Effect::ForgetBatch { batch });
        self.end_work(call);
    }

    /// One thing less goes on that a call has begun.
    pub(super) fn end_work(&mut self, call: Ticket) {
        if self.calls.is_current(call) && self.calls[call.slot].work > 0 {
            self.calls[call.slot].work -= 1;
            self.end_call_if_over(call.slot);
        }
    }

    /// Somebody who waited has gone: if nobody waits for any of its keys, the creator is told, and nothing is stored.
    pub(super) fn abandon_batch(&mut self, batch: u32, call: u32) {
        let it = &self.batches[batch];
        let is_unwanted = |flight: &u32| self.is_abandoned(*flight) || self.flights[*flight].has_settled();
        if it.is_aborted || !it.flights.iter().all(is_unwanted) {
            return;
        }
        self.batches[batch].is_aborted = true;
        for flight in self.batches[batch].flights.clone() {
            if !self.flights[flight].has_settled() {
                self.fence_off(flight);
                self.clear_timer(flight);
            }
        }
        self.push(Effect::Abort { batch, call });
    }
}
