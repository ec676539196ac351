//! A clock that stands still unless it is told to go on.

use std::cell::Cell;

use dogpile::machine::Time;

#[derive(Debug)]
pub struct Clocks {
    now: Cell<f64>,
    stamp: Cell<f64>,
    /// Whether the region has a clock of its own, which is used as it is.
    is_own: bool,
}

impl Clocks {
    pub fn new(is_own: bool) -> Self {
        Self { now: Cell::new(1_000.0), stamp: Cell::new(0.0), is_own }
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
        self.now.get() * 1_000.0
    }
}
