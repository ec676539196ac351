//! One call of a creator, for all keys that a call leads together.

use super::effect::Effect;
use super::flight::Outcome;
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

impl Machine {
    pub(super) fn begin_batch(&mut self, call: u32) -> u32 {
        let batch = self.batches.add();
        self.batches[batch].call = self.calls.ticket(call);
        self.calls[call].work += 1;
        batch
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

    /// Whether the creator is to be called. What was fenced since that was decided begins again, and nobody may be left who waits for it.
    pub fn still_creates(&mut self, batch: Ticket, time: &impl Time) -> bool {
        if self.expects_batch(batch) && self.batches[batch.slot].flights.iter().any(|flight| self.is_lost_by(batch.slot, *flight))
        {
            self.drop_lost(batch.slot);
            self.settle(time);
        }
        self.expects_batch(batch)
    }

    /// Not what was read twice in vain: that is created, and not stored.
    fn is_lost_by(&self, batch: u32, flight: u32) -> bool {
        let it = &self.flights[flight];
        self.batches[batch].is_aborted || it.is_fenced && !it.is_read_fenced
    }

    fn drop_lost(&mut self, batch: u32) {
        for flight in std::mem::take(&mut self.batches[batch].flights) {
            if !self.is_lost_by(batch, flight) {
                self.batches[batch].flights.push(flight);
                continue;
            }
            self.end(flight, Outcome::Restart);
            let it = &mut self.flights[flight];
            it.batch = None;
            self.regions[it.region].counts.creations -= 1;
            self.release(flight);
        }
        if self.batches[batch].flights.is_empty() {
            self.finish_batch(batch);
        }
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
