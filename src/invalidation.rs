//! The invalidation times as JavaScript's strategies keep them.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::freshness::{Invalidated, Invalidations};

/// When all was invalidated last, hard and soft, in seconds since the epoch.
#[wasm_bindgen]
#[derive(Debug)]
pub struct InvalidationTimes(Cell<Invalidations>);

#[wasm_bindgen]
impl InvalidationTimes {
    /// Nothing was invalidated yet.
    #[allow(clippy::new_without_default)]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self(Cell::new(Invalidations::NONE))
    }

    /// One more. An earlier time than what there is changes nothing.
    pub fn invalidate(&self, hard: bool, time: f64) {
        let mut times = self.0.get();
        times.invalidate(hard, time);
        self.0.set(times);
    }

    /// What they say of a record: 0 nothing, 1 soft, 2 hard.
    pub fn of(&self, created: f64) -> u32 {
        match self.0.get().of(created) {
            Invalidated::No => 0,
            Invalidated::Soft => 1,
            Invalidated::Hard => 2,
        }
    }

    /// The last hard one; minus infinity for never.
    #[wasm_bindgen(getter)]
    pub fn hard(&self) -> f64 {
        self.0.get().hard
    }

    /// The last soft one; minus infinity for never.
    #[wasm_bindgen(getter)]
    pub fn soft(&self) -> f64 {
        self.0.get().soft
    }
}
