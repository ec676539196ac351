//! The clocks of the realm.

use std::cell::Cell;

use js_sys::Date;
use wasm_bindgen::prelude::*;

use crate::clock::Clock;
use crate::machine::Time;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady() -> f64;
}

thread_local! {
    /// One for the realm, so that the times of different regions compare.
    static CLOCK: Clock = const { Clock::new() };
}

/// Seconds, as `Clock::read` has them, from the host's milliseconds.
pub(super) fn read(host: f64) -> f64 {
    CLOCK.with(|clock| clock.read(host / 1_000.0))
}

/// Seconds, just after `known`, from the host's milliseconds.
pub(super) fn stamp(host: f64, known: f64) -> f64 {
    CLOCK.with(|clock| clock.stamp(host / 1_000.0, known))
}

/// Seconds, later than every other stamp, from the host's milliseconds.
pub(super) fn stamp_after_all(host: f64, known: f64) -> f64 {
    CLOCK.with(|clock| clock.stamp_after_all(host / 1_000.0, known))
}

/// The clocks, for the length of one event: that of the day is looked at once, by whoever needs it first.
#[derive(Debug)]
pub(super) struct Realm {
    /// What the region's own clock says, in seconds; NaN where it has none.
    own: f64,
    day: Cell<f64>,
}

impl Realm {
    pub fn new(own: f64) -> Self {
        Self { own, day: Cell::new(0.0) }
    }
}

impl Time for Realm {
    fn now(&self) -> f64 {
        if !self.own.is_nan() {
            return self.own;
        }
        if self.day.get() == 0.0 {
            self.day.set(Date::now());
        }
        read(self.day.get())
    }

    fn stamp(&self) -> f64 {
        if self.own.is_nan() { stamp_after_all(Date::now(), f64::NEG_INFINITY) } else { self.own }
    }

    fn steady(&self) -> f64 {
        steady()
    }
}
