//! A clock that stands still unless it is told to go on.

use std::cell::Cell;

use dogpile::machine::Time;

#[derive(Debug)]
pub struct Clocks {
    now: Cell<f64>,
    stamp: Cell<f64>,
    /// Whether the region has a clock of its own, which is used as it is.
    is_own: bool,
    /// Whether the steady clock stands still for the machine while timers ring, as where timers alone are faked.
    is_faked: bool,
}

impl Clocks {
    pub fn new(is_own: bool, is_faked: bool) -> Self {
        Self { now: Cell::new(1_000.0), stamp: Cell::new(0.0), is_own, is_faked }
    }

    /// Milliseconds by which timers go.
    pub fn of_timers(&self) -> f64 {
        self.now.get() * 1_000.0
    }

    pub fn pass(&self, seconds: f64) {
        self.now.set(self.now.get() + seconds);
    }
}

impl Time for Clocks {
    fn now(&self) -> f64 {
        self.now.get()
    }

    fn stamp(&self) -> f64 {
        if self.is_own {
            return self.now.get();
        }
        self.stamp.set(self.now.get().max(self.stamp.get().next_up()));
        self.stamp.get()
    }

    fn steady(&self) -> f64 {
        if self.is_faked { 1_000_000.0 } else { self.of_timers() }
    }
}
