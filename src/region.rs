//! The class that JavaScript's `Region` asks for decisions. Between them go numbers, which cost next to nothing.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::clock::Clock;
use crate::duration;
use crate::freshness::{self, Decision, Invalidated, Invalidations, Metadata};

thread_local! {
    /// One for the realm, so that the times of different regions compare.
    static CLOCK: Clock = const { Clock::new() };
}

/// What a region goes by: its expiration, its invalidations, its count of hits.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Region {
    configured: Cell<bool>,
    expiration: Cell<Option<f64>>,
    invalidations: Cell<Invalidations>,
    hits: Cell<f64>,
}

#[wasm_bindgen]
impl Region {
    /// One without a backend.
    #[allow(clippy::new_without_default)]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Region {
        Region {
            configured: Cell::new(false),
            expiration: Cell::new(None),
            invalidations: Cell::new(Invalidations::NONE),
            hits: Cell::new(0.0),
        }
    }

    /// It has a backend from now on. `expiration`: seconds after which a record is expired, NaN for never.
    pub fn configure(&self, expiration: f64) {
        self.configured.set(true);
        self.expiration.set(duration::normalize(expiration));
    }

    /// Whether there is a backend.
    #[wasm_bindgen(getter, js_name = isConfigured)]
    pub fn is_configured(&self) -> bool {
        self.configured.get()
    }

    /// Fresh values served so far.
    #[wasm_bindgen(getter)]
    pub fn hits(&self) -> f64 {
        self.hits.get()
    }

    /// The warm path's question: may `getOrCreate` serve this record as it is? Counts a hit if so. NaN is "not given"; the clock is in milliseconds.
    #[wasm_bindgen(js_name = isFresh)]
    pub fn is_fresh(&self, created: f64, version: f64, own: f64, expiration: f64, clock: f64) -> bool {
        let fresh = self.would_be_fresh(created, version, own, expiration, clock);
        if fresh {
            self.count_hits(1.0);
        }
        fresh
    }

    /// The same without counting, for one record of many.
    #[wasm_bindgen(js_name = wouldBeFresh)]
    pub fn would_be_fresh(&self, created: f64, version: f64, own: f64, expiration: f64, clock: f64) -> bool {
        let invalidated = self.invalidations.get().of(created);
        self.decide(metadata(created, version, own), expiration, invalidated, read_clock(clock)) == Decision::Fresh
    }

    /// So many more.
    #[wasm_bindgen(js_name = countHits)]
    pub fn count_hits(&self, count: f64) {
        self.hits.set(self.hits.get() + count);
    }

    /// What `getOrCreate` does with a record: 0 fresh, 1 stale, 2 absent, 3 another version, 4 invalidated.
    /// `invalidated`: 0 no, 1 soft, 2 hard, 3 as this region's own times say.
    pub fn judge(&self, created: f64, version: f64, own: f64, expiration: f64, invalidated: u32, now: f64) -> u32 {
        self.decide(metadata(created, version, own), expiration, self.invalidated(invalidated, created), now).as_number()
    }

    /// Whether `get` returns a record: 0 yes, 3 another version, 4 expired or invalidated.
    #[wasm_bindgen(js_name = judgeReading)]
    pub fn judge_reading(&self, created: f64, version: f64, own: f64, expiration: f64, invalidated: u32, now: f64) -> u32 {
        let record = metadata(created, version, own);
        let expiration = self.expiration_of(record, expiration);
        freshness::read(record, expiration, self.invalidated(invalidated, created), now).as_number()
    }

    /// Whether a record serves in place of what a creator failed to give.
    #[wasm_bindgen(js_name = servesInstead)]
    #[allow(clippy::too_many_arguments)]
    pub fn serves_instead(
        &self,
        created: f64,
        version: f64,
        own: f64,
        expiration: f64,
        invalidated: u32,
        grace: f64,
        now: f64,
    ) -> bool {
        let record = metadata(created, version, own);
        let expiration = self.expiration_of(record, expiration);
        freshness::serves_instead(record, expiration, self.invalidated(invalidated, created), grace, now)
    }

    /// Seconds after which nobody will ask for a record any more, as far as the region knows; infinity for never.
    pub fn usefulness(&self, own: f64, call: f64) -> f64 {
        let own = freshness::expiration(None, duration::normalize(own), self.expiration.get());
        freshness::usefulness(duration::normalize(call), own)
    }

    /// From now on every record that was created before is gone, or stale.
    pub fn invalidate(&self, hard: bool, now: f64) {
        let mut times = self.invalidations.get();
        times.invalidate(hard, now);
        self.invalidations.set(times);
    }

    fn invalidated(&self, told: u32, created: f64) -> Invalidated {
        match told {
            0 => Invalidated::No,
            1 => Invalidated::Soft,
            2 => Invalidated::Hard,
            _ => self.invalidations.get().of(created),
        }
    }

    fn decide(&self, record: Metadata, expiration: f64, invalidated: Invalidated, now: f64) -> Decision {
        freshness::decide(record, self.expiration_of(record, expiration), invalidated, now)
    }

    fn expiration_of(&self, record: Metadata, call: f64) -> f64 {
        freshness::expiration(duration::normalize(call), record.expiration, self.expiration.get())
    }
}

fn metadata(created: f64, version: f64, own: f64) -> Metadata {
    Metadata { created, version, expiration: duration::normalize(own) }
}

/// Whether a record of this format version can be read at all.
#[wasm_bindgen(js_name = isKnownVersion)]
pub fn is_known_version(version: f64) -> bool {
    version == freshness::VERSION
}

/// The time now in seconds, never before an earlier reading in this realm; the host's clock is in milliseconds.
#[wasm_bindgen(js_name = readClock)]
pub fn read_clock(host: f64) -> f64 {
    CLOCK.with(|clock| clock.read(host / 1_000.0))
}

/// A creation or invalidation time, later than every other one in this realm.
#[wasm_bindgen(js_name = stampClock)]
pub fn stamp_clock(host: f64) -> f64 {
    CLOCK.with(|clock| clock.stamp(host / 1_000.0))
}

/// A length of time in seconds, infinity for never; NaN for what is none.
#[wasm_bindgen(js_name = lengthOfTime)]
pub fn length_of_time(seconds: f64) -> f64 {
    duration::normalize(seconds).unwrap_or(f64::NAN)
}
