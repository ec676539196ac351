//! Fences and ends of flights. A *fenced* flight cannot be joined and its value is not stored, because its key was written, invalidated or taken
//! over since it started. Waiting calls still get its value.

use super::effect::Effect;
use super::flight::{Outcome, Phase};
use super::{Machine, Time};
use crate::freshness::{self, Invalidations};

impl Machine {
    /// `invalidate`: fences loads. A record that is still being read is judged when it arrives. With a strategy, `stamp` is NaN.
    pub fn invalidate(&mut self, region: u32, hard: bool, stamp: f64, time: &impl Time) {
        let times = &mut self.regions[region].times;
        let latest = if hard { &mut times.hard } else { &mut times.soft };
        *latest = freshness::later(*latest, stamp);
        self.fence_where(region, true);
        self.settle(time);
    }

    /// The clock was corrected, and the region's times were moved. That invalidates nothing.
    pub fn move_times(&mut self, region: u32, times: Invalidations) {
        self.regions[region].times = times;
    }

    /// A new backend, or none: fences everything.
    pub(super) fn fence_all(&mut self, region: u32) {
        self.fence_where(region, false);
    }

    fn fence_where(&mut self, region: u32, creations_only: bool) {
        let flights: Vec<u32> = self.flights.slots().collect();
        for flight in flights {
            let it = &self.flights[flight];
            if it.region == region && (it.is_creation() || !creations_only) {
                if !creations_only {
                    self.count_event(flight);
                }
                if self.is_current(flight) {
                    self.fence_off(flight);
                }
                if !creations_only {
                    self.remove_run(flight); // a runner keeps no key of the new backend
                }
            }
        }
    }

    /// `set` or `delete`, through any region: fences the flights of the key in all regions, in any phase. Their records are outdated.
    pub(super) fn fence_key(&mut self, key: u32) {
        self.count_write(key);
        while let Some((_, flight)) = self.keys[key].current.last().copied() {
            self.fence_off(flight); // which takes it out of the list
        }
    }

    /// Somebody else, with whom this machine shares the store, has written or deleted a key, or any key: fences its flights, as a `set` here would.
    /// One that waits for a lock is left alone: it reads again anyway, and would lose its place.
    pub fn changed_elsewhere(&mut self, key: Option<u32>, time: &impl Time) {
        let keys: Vec<u32> = self.keys.slots().filter(|slot| key.is_none_or(|key| key == *slot)).collect();
        for key in keys {
            self.count_write(key);
            let mut index = 0;
            while let Some((_, flight)) = self.keys[key].current.get(index).copied() {
                if self.flights[flight].phase == Phase::Locking {
                    index += 1;
                } else {
                    self.fence_off(flight); // which takes it out of the list
                }
            }
        }
        self.settle(time);
    }

    fn count_write(&mut self, key: u32) {
        let it = &mut self.keys[key];
        it.events = it.events.wrapping_add(1);
        it.writes = it.writes.wrapping_add(1);
    }

    /// Whether a `set` or `delete` has replaced what a flight's read has found.
    pub(super) fn is_replaced(&self, flight: u32) -> bool {
        let it = &self.flights[flight];
        it.landed_writes != self.keys[it.key].writes
    }

    /// Others have invalidated since this flight's load started.
    pub fn overtaken(&mut self, flight: u32, time: &impl Time) {
        if self.flights.get(flight).is_some_and(|flight| flight.is_creation()) {
            self.fence_off(flight);
            self.settle(time);
        }
    }

    /// Fences a flight: it cannot be joined, and its value is not stored.
    #[inline(never)]
    pub(super) fn fence_off(&mut self, flight: u32) {
        self.fence(flight);
        self.remove_current(flight);
        if self.flights[flight].is_run {
            let (region, key) = (self.flights[flight].region, self.flights[flight].key);
            if !self.keys[key].run.iter().any(|(_, run)| *run == flight) {
                self.keys[key].run.push((region, flight));
            }
        }
    }

    /// A fenced flight releases its lock at once; on Workers its own request has to do that.
    #[inline(never)]
    pub(super) fn fence(&mut self, flight: u32) {
        let it = &mut self.flights[flight];
        it.is_fenced = true;
        it.is_read_fenced |= matches!(it.phase, Phase::Reading | Phase::Read);
        if !self.on_workers() {
            self.release_lock(flight, false);
        }
    }

    pub(super) fn events_of(&self, flight: u32) -> u32 {
        self.keys[self.flights[flight].key].events
    }

    fn count_event(&mut self, flight: u32) {
        let key = self.flights[flight].key;
        self.keys[key].events = self.keys[key].events.wrapping_add(1);
    }

    /// Ends a flight for all waiting calls. The rejection of a flight that was taken over is ignored.
    #[inline(never)]
    pub(super) fn end(&mut self, flight: u32, outcome: Outcome) {
        self.count_event(flight);
        self.remove_current(flight);
        self.remove_run(flight);
        let it = &self.flights[flight];
        if !(it.is_taken_over && outcome.is_error()) {
            self.end_for_all(flight, outcome, true);
        } else if it.successor.is_none() && it.taken_over_by.is_none() {
            self.end_for_all(flight, Outcome::Restart, true); // it was taken for dead, and nobody leads in its place
        }
    }

    /// Ends a flight, and those that were taken over for it, unless it has ended. `is_own`: its own request does so.
    #[inline(never)]
    pub(super) fn end_for_all(&mut self, flight: u32, outcome: Outcome, is_own: bool) {
        if self.flights[flight].outcome.is_some() {
            return;
        }
        self.clear_timer(flight);
        self.flights[flight].outcome = Some(outcome);
        if let Some(batch) = self.flights[flight].batch {
            self.batches[batch].open -= 1;
        }
        self.flights[flight].phase = Phase::Done;
        if let Some(source) = outcome.source().filter(|source| *source != flight) {
            self.hold(source);
        }
        if is_own {
            let is_stored = self.flights[flight].is_stored;
            self.release_lock(flight, is_stored);
        }
        if !self.on_workers() {
            self.woken.extend(self.flights[flight].waiters.iter());
        } else if is_own {
            let owner = self.flights[flight].owner;
            self.woken.extend(self.flights[flight].waiters.iter().filter(|waiter| waiter.call == owner));
            self.changed(owner);
        }
        for predecessor in std::mem::take(&mut self.flights[flight].predecessors) {
            self.flights[predecessor].successor = None;
            self.end_for_all(predecessor, outcome, !self.on_workers());
            self.release(predecessor);
        }
        self.forget_late_creator(flight);
    }

    /// One more knows the flight.
    #[inline(never)]
    pub(super) fn hold(&mut self, flight: u32) {
        self.flights[flight].references += 1;
    }

    /// One less. What nobody knows is over.
    #[inline(never)]
    pub(super) fn release(&mut self, flight: u32) {
        let it = &mut self.flights[flight];
        it.references -= 1;
        if it.references > 0 {
            return;
        }
        let (key, outcome) = (it.key, it.outcome);
        if it.has_failed && !it.is_heard {
            self.report(flight);
        }
        self.remove_current(flight);
        self.remove_run(flight);
        if outcome.is_none() {
            self.end_for_all(flight, Outcome::Restart, !self.on_workers()); // nobody is left to be told
        }
        if let Some(source) = outcome.and_then(Outcome::source).filter(|source| *source != flight) {
            self.release(source);
        }
        self.push(Effect::ForgetFlight { flight });
        self.release_key(key);
    }

    /// Whether a flight's value may be stored.
    pub fn may_store(&self, flight: u32) -> bool {
        self.flights.get(flight).is_some_and(|flight| !flight.is_fenced && flight.outcome.is_none())
    }

    /// When a flight's load started, if a strategy needs it.
    pub fn started_at(&self, flight: u32) -> f64 {
        self.flights.get(flight).map_or(f64::NAN, |flight| flight.started_at)
    }

    /// A creator is called now: a strategy's news since then fences its flight. `stamp`: NaN if that time counts as invalidated already.
    pub fn starts_at(&mut self, flight: u32, stamp: f64) {
        self.flights[flight].started_at = stamp;
    }

    /// Lets a seat's successor of what it has taken over end that, too.
    pub(super) fn let_go(&mut self, call: u32, seat: usize) {
        if let Some(flight) = self.calls[call].seats[seat].taken_over.take() {
            self.end_for_all(flight, Outcome::Restart, !self.on_workers());
            self.release(flight);
        }
    }

    /// The strategy's current answer for a flight's record.
    pub fn told(&mut self, flight: u32, says: freshness::Invalidated) {
        if let super::flight::Found::Record { invalidated, .. } = &mut self.flights[flight].found {
            *invalidated = says;
        }
    }

    /// The creation time of a flight's record.
    pub fn found_at(&self, flight: u32) -> Option<f64> {
        match self.flights.get(flight)?.found {
            super::flight::Found::Record { metadata, .. } => Some(metadata.created),
            _ => None,
        }
    }

    /// The flight that may be joined for a key, where a creator's call may be nested.
    pub fn is_nested(&self, region: u32, key: u32, request: &super::Request, time: &impl Time) -> bool {
        let Some(flight) = self.current(region, key).filter(|flight| self.flights[*flight].is_in_creator) else { return false };
        request.force_refresh || matches!(self.evaluate(flight, request.expiration, time), freshness::Decision::Missing(_))
    }
}
