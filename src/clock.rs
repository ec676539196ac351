//! Time for one realm: readings that never go back, stamps that strictly increase.

use std::cell::Cell;

/// Keeps the promises that a computer's clock does not: it may be set back, and an edge runtime freezes it.
///
/// Times are seconds since the epoch; what the host's clock says now is always an argument.
#[derive(Debug)]
pub struct Clock {
    latest_reading: Cell<f64>,
    latest_stamp: Cell<f64>,
}

impl Clock {
    /// A clock that has not been read yet.
    pub const fn new() -> Self {
        Self { latest_reading: Cell::new(0.0), latest_stamp: Cell::new(0.0) }
    }

    /// The time now, never before an earlier reading. Reading often does not make it run ahead.
    pub fn read(&self, host_now: f64) -> f64 {
        if host_now > self.latest_reading.get() {
            self.latest_reading.set(host_now);
        }
        self.latest_reading.get()
    }

    /// A creation or invalidation time, later than every earlier one by at least the smallest step that a float can make.
    pub fn stamp(&self, host_now: f64) -> f64 {
        let now = self.read(host_now);
        let stamp = now.max(self.latest_stamp.get().next_up());
        self.latest_stamp.set(stamp);
        stamp
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn readings_never_go_back() {
        let clock = Clock::new();
        assert_eq!(clock.read(100.0), 100.0);
        assert_eq!(clock.read(40.0), 100.0);
        assert_eq!(clock.read(f64::NAN), 100.0);
        assert_eq!(clock.read(101.0), 101.0);
    }

    #[test]
    fn stamps_in_a_frozen_clock_strictly_increase() {
        let clock = Clock::new();
        let mut earlier = 0.0;
        for _ in 0..10_000 {
            let stamp = clock.stamp(1_700_000_000.0);
            assert!(stamp > earlier);
            earlier = stamp;
        }
        assert!(earlier < 1_700_000_000.01);
    }

    #[test]
    fn stamping_does_not_move_the_readings() {
        let clock = Clock::new();
        for _ in 0..1_000 {
            clock.stamp(1_700_000_000.0);
        }
        assert_eq!(clock.read(1_700_000_000.0), 1_700_000_000.0);
    }

    #[test]
    fn a_clock_that_stands_at_zero_still_gives_positive_stamps() {
        assert!(Clock::new().stamp(0.0) > 0.0);
    }
}
