//! Handles the values of a creator: accepted, stored unless their flights were fenced, returned to waiting calls.

use super::creation::Accepted;
use super::effect::Effect;
use super::flight::Outcome;
use super::slab::Ticket;
use super::{Machine, Time};

impl Machine {
    /// The host looks at the values, for the first time or once more.
    pub fn begin_accepting(&mut self, batch: Ticket) {
        if self.expects_batch(batch) {
            let it = &mut self.batches[batch.slot];
            it.storable.clear();
            it.threw = None;
        }
    }

    /// The host has looked at one value.
    pub fn accept(&mut self, batch: Ticket, flight: u32, accepted: Accepted) {
        if !self.expects_batch(batch) {
            return;
        }
        let it = &mut self.batches[batch.slot];
        match accepted {
            Accepted::No => {}
            Accepted::Yes => it.storable.push(flight),
            Accepted::Threw => it.threw = it.threw.or(Some(flight)),
            Accepted::Refused => self.end(flight, Outcome::Rejected { source: flight, is_creators: false }),
        }
    }

    /// It has looked at all of them.
    pub fn accepted(&mut self, batch: Ticket, time: &impl Time) {
        if !self.expects_batch(batch) {
            return;
        }
        if let Some(source) = self.batches[batch.slot].threw {
            return self.reject_created(batch, source, time);
        }
        let it = &self.batches[batch.slot];
        let settings = &self.regions[self.flights[it.flights[0]].region].settings;
        if settings.refreshes {
            self.push(Effect::RefreshToStore { batch });
        } else if settings.asks_host() {
            self.push(Effect::HearToStore { batch });
        } else {
            self.store(batch, time);
        }
        self.settle(time);
    }

    /// The host has an error, kept with one flight, for everyone who waits for what was created.
    pub fn reject_created(&mut self, batch: Ticket, source: u32, time: &impl Time) {
        if !self.expects_batch(batch) {
            return;
        }
        for flight in self.batches[batch.slot].created.clone() {
            self.end(flight, Outcome::Rejected { source, is_creators: false });
        }
        self.finish_batch(batch.slot);
        self.settle(time);
    }

    /// The strategy was asked for news, and is to be heard.
    pub fn refreshed_to_store(&mut self, batch: Ticket) {
        if self.expects_batch(batch) {
            self.push(Effect::HearToStore { batch });
        }
    }

    /// Stores what may be; between this look and the sending of the write nobody comes.
    pub fn store(&mut self, batch: Ticket, time: &impl Time) {
        if !self.expects_batch(batch) {
            return;
        }
        let mut storable = std::mem::take(&mut self.batches[batch.slot].storable);
        storable.retain(|flight| self.may_store(*flight));
        let mut next = 0; // of those that are to be stored: some of those that were created, in their order
        for index in 0..self.batches[batch.slot].created.len() {
            let flight = self.batches[batch.slot].created[index];
            if storable.get(next) == Some(&flight) {
                next += 1;
            } else {
                self.end(flight, Outcome::Created { source: flight });
            }
        }
        let is_needless = storable.is_empty();
        self.batches[batch.slot].storable = storable;
        if is_needless {
            self.finish_batch(batch.slot);
        } else {
            self.push(Effect::Store { batch });
        }
        self.settle(time);
    }

    pub(super) fn may_store_all(&self, batch: Ticket) -> bool {
        self.batches[batch.slot].storable.iter().all(|flight| self.may_store(*flight))
    }

    /// The flights whose records are to be written.
    pub fn stores(&self, batch: Ticket) -> &[u32] {
        self.batches.named(batch).map_or(&[], |batch| &batch.storable)
    }

    /// The write goes on: it has its place in the queue.
    pub fn store_sent(&mut self, batch: Ticket) {
        let Some(it) = self.batches.named(batch).filter(|batch| !batch.is_over) else { return };
        let (call, keys) = (it.call, it.storable.iter().map(|flight| self.flights[*flight].key).collect());
        let write = self.enter_write(keys, Some(call), true);
        self.batches[batch.slot].write = Some(write);
    }

    /// The write has ended. A failed one costs nobody the value, unless the region wants to be told: then the host has an error with each flight.
    pub fn stored(&mut self, batch: Ticket, has_succeeded: bool, time: &impl Time) {
        if !self.expects_batch(batch) {
            return;
        }
        if let Some(write) = self.batches[batch.slot].write.take() {
            self.write_ended(write);
        }
        for index in 0..self.batches[batch.slot].storable.len() {
            let flight = self.batches[batch.slot].storable[index];
            let throws = self.regions[self.flights[flight].region].settings.throws;
            self.flights[flight].is_stored = has_succeeded;
            self.end(
                flight,
                if has_succeeded || !throws {
                    Outcome::Created { source: flight }
                } else {
                    Outcome::Rejected { source: flight, is_creators: false }
                },
            );
        }
        self.finish_batch(batch.slot);
        self.settle(time);
    }
}
