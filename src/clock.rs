//! Time for one realm: readings never go back and creation times strictly increase, unless the system clock is corrected.

use std::cell::Cell;

use crate::freshness::NEAR;

/// A monotonic clock: the system clock may be set back a little, and edge runtimes freeze it. If it is set back by
/// more than `NEAR`, this clock follows: otherwise a clock that was once a year ahead would stop time for a year.
///
/// Times are seconds since the epoch. The host's current time is always an argument; NaN means none.
#[derive(Debug)]
pub struct Clock {
    latest_reading: Cell<f64>,
    /// The latest creation time that did not have to follow a time in the future.
    latest_stamp: Cell<f64>,
    /// The latest stamp of all, but for those that lie farther ahead than `SKEW`: a correction has left them there, and no other region is to be
    /// drawn after them.
    latest: Cell<f64>,
}

/// How far in the future invalidation times may be, in seconds.
const SKEW: f64 = 30.0;

impl Clock {
    /// Creates a clock that was not read yet.
    pub const fn new() -> Self {
        Self { latest_reading: Cell::new(0.0), latest_stamp: Cell::new(0.0), latest: Cell::new(0.0) }
    }

    /// The current time. Frequent reads do not advance it.
    pub fn read(&self, host_now: f64) -> f64 {
        let latest = self.latest_reading.get();
        if host_now > latest {
            self.latest_reading.set(host_now);
        } else if host_now < latest - NEAR {
            self.go_back(host_now);
        }
        self.latest_reading.get()
    }

    #[cold]
    fn go_back(&self, host_now: f64) {
        self.latest_reading.set(host_now);
        self.latest_stamp.set(self.latest_stamp.get().min(host_now));
        self.latest.set(self.latest.get().min(host_now));
    }

    /// A creation time, later than every earlier one by at least the smallest step that a float can make, and just after `known`, the latest
    /// invalidation that is known where it is made.
    pub fn stamp(&self, host_now: f64, known: f64) -> f64 {
        let now = self.read(host_now);
        let next = now.max(self.latest_stamp.get().next_up());
        self.latest_stamp.set(next);
        let stamp = just_after(known, next, now);
        if stamp <= now + SKEW {
            self.latest.set(self.latest.get().max(stamp));
        }
        stamp
    }

    /// An invalidation time later than every creation time, and than those just after `known`.
    pub fn stamp_after_all(&self, host_now: f64, known: f64) -> f64 {
        self.read(host_now); // which may move what is the latest
        self.stamp(host_now, self.latest.get().max(known.next_up()))
    }
}

/// `time`, or just after `known` if that is later. What lies farther ahead of the reading than `NEAR` cannot be followed.
pub fn just_after(known: f64, time: f64, now: f64) -> f64 {
    if known >= time && known < now + NEAR { known.next_up() } else { time }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    const NEVER: f64 = f64::NEG_INFINITY;

    #[test]
    fn readings_stand_still_while_the_clock_is_a_little_behind() {
        let clock = Clock::new();
        assert_eq!(clock.read(100.0), 100.0);
        assert_eq!(clock.read(40.0), 100.0);
        assert_eq!(clock.read(f64::NAN), 100.0);
        assert_eq!(clock.read(101.0), 101.0);
    }

    #[test]
    fn a_clock_that_is_set_back_by_more_than_a_minute_is_believed() {
        let clock = Clock::new();
        assert_eq!(clock.read(100.0), 100.0);
        assert_eq!(clock.read(39.0), 39.0);
        assert_eq!(clock.read(0.0), 39.0);
        assert_eq!(clock.read(40.0), 40.0);
    }

    #[test]
    fn stamps_go_on_from_there() {
        let clock = Clock::new();
        clock.stamp(1e9, NEVER);
        assert_eq!(clock.stamp(1_000.0, NEVER), 1_000.0_f64.next_up());
        assert_eq!(clock.stamp(1_001.0, NEVER), 1_001.0);
    }

    #[test]
    fn invalidations_go_on_from_there_too_and_are_later_than_what_is_stamped_after_one_that_was_moved() {
        let clock = Clock::new();
        clock.stamp_after_all(1e9, NEVER);
        assert_eq!(clock.stamp_after_all(1_000.0, NEVER), 1_000.0_f64.next_up());
        assert_eq!(clock.stamp(1_001.0, 1_059.0), 1_059.0_f64.next_up());
        assert!(clock.stamp_after_all(1_002.0, 1_059.0) > 1_059.0_f64.next_up());
        assert_eq!(clock.stamp_after_all(1_003.0, NEVER), 1_003.0);
    }

    #[test]
    fn a_stamp_comes_just_after_what_is_known_and_an_invalidation_after_every_stamp() {
        let clock = Clock::new();
        assert_eq!(clock.stamp(100.0, 101.0), 101.0_f64.next_up());
        assert_eq!(clock.stamp(100.0, NEVER), 100.0_f64.next_up());
        assert!(clock.stamp_after_all(100.0, NEVER) > 101.0_f64.next_up());
        assert_eq!(clock.stamp(102.0, 101.0), 102.0);
        assert_eq!(clock.stamp(103.0, 200.0), 103.0);
        assert_eq!(clock.stamp(104.0, f64::NAN), 104.0);
    }

    #[test]
    fn stamps_in_a_frozen_clock_strictly_increase() {
        let clock = Clock::new();
        let mut earlier = 0.0;
        for _ in 0..10_000 {
            let stamp = clock.stamp(1_700_000_000.0, NEVER);
            assert!(stamp > earlier);
            earlier = stamp;
        }
        assert!(earlier < 1_700_000_000.01);
    }

    #[test]
    fn stamping_does_not_move_the_readings() {
        let clock = Clock::new();
        for _ in 0..1_000 {
            clock.stamp(1_700_000_000.0, NEVER);
        }
        assert_eq!(clock.read(1_700_000_000.0), 1_700_000_000.0);
    }

    #[test]
    fn a_clock_that_stands_at_zero_still_gives_positive_stamps() {
        assert!(Clock::new().stamp(0.0, NEVER) > 0.0);
    }
}
