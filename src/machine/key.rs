//! A key with running work.

use super::effect::Effect;
use super::slab::Reusable;
use super::{Machine, Time};

#[derive(Debug, Default)]
pub(super) struct Key {
    /// The flights that may be joined: one per region.
    pub current: Vec<(u32, u32)>,
    /// Flights that were fenced while a runner had them, until that releases: what is stale meanwhile is served, not run a second time.
    pub run: Vec<(u32, u32)>,
    /// The end of its write queue.
    pub last_write: Option<u32>,
    /// Counts what fences and what ends, so that a flight that left the map can tell whether it missed anything.
    pub events: u32,
    /// Counts `set` and `delete`.
    pub writes: u32,
    /// How many seats, flights and writes there are for it.
    pub references: u32,
}

impl Reusable for Key {
    fn clear(&mut self) {
        self.current.clear();
        self.run.clear();
        (self.last_write, self.events, self.writes, self.references) = (None, 0, 0, 0);
    }
}

impl Machine {
    /// The number that the next key to be entered gets.
    pub fn next_key(&self) -> u32 {
        self.keys.next()
    }

    /// Adds a key without work; a call or a write has to follow.
    pub fn enter(&mut self) -> u32 {
        self.keys.add()
    }

    /// Forgets a key that was entered, if nothing followed.
    pub fn leave_key(&mut self, key: u32) {
        if self.keys.get(key).is_some_and(|key| key.references == 0) {
            self.push(Effect::ForgetKey { key });
        }
    }

    pub(super) fn hold_key(&mut self, key: u32) {
        self.keys[key].references += 1;
    }

    #[inline(never)]
    pub(super) fn release_key(&mut self, key: u32) {
        let it = &mut self.keys[key];
        it.references -= 1;
        if it.references == 0 {
            self.push(Effect::ForgetKey { key });
        }
    }

    /// The flight of a key that a call may join.
    #[inline(never)]
    pub(super) fn current(&self, region: u32, key: u32) -> Option<u32> {
        find(&self.keys.get(key)?.current, region)
    }

    pub(super) fn is_current(&self, flight: u32) -> bool {
        let it = &self.flights[flight];
        self.current(it.region, it.key) == Some(flight)
    }

    /// Makes a flight the one that later callers of the key join.
    pub(super) fn make_current(&mut self, flight: u32) {
        let (region, key) = (self.flights[flight].region, self.flights[flight].key);
        self.keys[key].current.push((region, flight));
    }

    /// Removes a flight from those that may be joined.
    #[inline(never)]
    pub(super) fn remove_current(&mut self, flight: u32) {
        let key = self.flights[flight].key;
        self.keys[key].current.retain(|(_, current)| *current != flight);
    }

    /// The flight of a runner that has the key, though that was fenced. There may have been nobody to set its timer: the clock is asked as well.
    pub(super) fn run_of(&mut self, region: u32, key: u32, lock_timeout: f64, time: &impl Time) -> Option<u32> {
        let flight = find(&self.keys[key].run, region)?;
        let it = &self.flights[flight];
        if !it.has_rung_for(lock_timeout) && time.steady() < it.deadline(lock_timeout) {
            return Some(flight);
        }
        self.remove_run(flight);
        None
    }

    pub(super) fn remove_run(&mut self, flight: u32) {
        let key = self.flights[flight].key;
        self.keys[key].run.retain(|(_, run)| *run != flight);
    }

    /// Whether a load of the key is running.
    pub fn is_locked(&mut self, region: u32, key: u32, time: &impl Time) -> bool {
        let lock_timeout = self.regions[region].settings.lock_timeout;
        let is_created = self.current(region, key).is_some_and(|flight| {
            let it = &self.flights[flight];
            it.is_creation() && !self.is_long_silent(it.owner, time)
        });
        is_created || (self.keys.get(key).is_some() && self.run_of(region, key, lock_timeout, time).is_some())
    }
}

fn find(flights: &[(u32, u32)], region: u32) -> Option<u32> {
    flights.iter().find(|(of, _)| *of == region).map(|(_, flight)| *flight)
}
