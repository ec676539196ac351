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
    /// One per realm, so that the times of different regions are comparable.
    static CLOCK: Clock = const { Clock::new() };
}

/// The time of `Clock::read` in seconds, from the host's milliseconds.
pub(super) fn read(host: f64) -> f64 {
    CLOCK.with(|clock| clock.read(host / 1_000.0))
}

/// A creation time in seconds, just after `known`, from the host's milliseconds.
pub(super) fn stamp(host: f64, known: f64) -> f64 {
    CLOCK.with(|clock| clock.stamp(host / 1_000.0, known))
}

/// A time in seconds, later than every creation time, from the host's milliseconds.
pub(super) fn stamp_after_all(host: f64, known: f64) -> f64 {
    CLOCK.with(|clock| clock.stamp_after_all(host / 1_000.0, known))
}

/// The clocks during one event: the system clock is read at most once, when it is first needed.
#[derive(Debug)]
pub(super) struct Realm {
    /// The time of the region's own clock in seconds; NaN if it has none.
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
