//! The class that JavaScript's `Region` asks: options in, decisions out. Between them go numbers, which cost next to nothing.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::clock::Clock;
use crate::duration;
use crate::error::Error;
use crate::flight::{Caller, Flight, Phase, Worth};
use crate::freshness::{self, Decision, Invalidations, Metadata};
use crate::options::{self, Configuration, Options, Scope};

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
    /// Checks the options; `together` with those of `configure`, which is given them next.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, together: bool) -> Result<Region, JsValue> {
        Options::read(options, if together { Scope::Both } else { Scope::Region })?.check_region()?;
        Ok(Region {
            configured: Cell::new(false),
            expiration: Cell::new(None),
            invalidations: Cell::new(Invalidations::NONE),
            hits: Cell::new(0.0),
        })
    }

    /// Checks the options and changes nothing: the expiration (NaN for none), the lock timeout in seconds, and whether backend errors are thrown.
    pub fn check(&self, options: JsValue, together: bool) -> Result<Vec<f64>, JsValue> {
        let options = Options::read(options, if together { Scope::Both } else { Scope::Configure })?;
        let Configuration { expiration, lock_timeout, throws, replaces } = options.configuration()?;
        if self.configured.get() && !replaces {
            return Err(Error::AlreadyConfigured.into());
        }
        Ok([expiration.unwrap_or(f64::NAN), lock_timeout, f64::from(u8::from(throws))].into())
    }

    /// Takes over what `check` found good.
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
        let fresh = self.decide(metadata(created, version, own), expiration, read_clock(clock)) == Decision::Fresh;
        if fresh {
            self.count_hit();
        }
        fresh
    }

    /// One more.
    #[wasm_bindgen(js_name = countHit)]
    pub fn count_hit(&self) {
        self.hits.set(self.hits.get() + 1.0);
    }

    /// What `getOrCreate` does with a record: 0 fresh, 1 stale, 2 absent, 3 another version, 4 invalidated.
    pub fn judge(&self, created: f64, version: f64, own: f64, expiration: f64, now: f64) -> u32 {
        self.decide(metadata(created, version, own), expiration, now).as_number()
    }

    /// Whether `get` returns a record: 0 yes, 3 another version, 4 expired or invalidated.
    #[wasm_bindgen(js_name = judgeReading)]
    pub fn judge_reading(&self, created: f64, version: f64, own: f64, expiration: f64, now: f64) -> u32 {
        let record = metadata(created, version, own);
        let expiration = self.expiration_of(record, expiration);
        freshness::read(record, expiration, self.invalidations.get().of(created), now).as_number()
    }

    /// From now on every record that was created before is gone, or stale.
    pub fn invalidate(&self, hard: bool, now: f64) {
        let mut times = self.invalidations.get();
        *(if hard { &mut times.hard } else { &mut times.soft }) = now;
        self.invalidations.set(times);
    }

    #[inline(never)]
    fn decide(&self, record: Metadata, expiration: f64, now: f64) -> Decision {
        let expiration = self.expiration_of(record, expiration);
        freshness::decide(record, expiration, self.invalidations.get().of(record.created), now)
    }

    fn expiration_of(&self, record: Metadata, call: f64) -> f64 {
        freshness::expiration(duration::normalize(call), record.expiration, self.expiration.get())
    }
}

fn metadata(created: f64, version: f64, own: f64) -> Metadata {
    Metadata { created, version, expiration: duration::normalize(own) }
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

/// A length of time in seconds, NaN when it is not given.
#[wasm_bindgen]
pub fn seconds(value: &JsValue, what: &str) -> Result<f64, JsValue> {
    Ok(options::seconds(value, what)?.unwrap_or(f64::NAN))
}

/// A lock timeout in seconds, NaN when it is not given.
#[wasm_bindgen]
pub fn patience(value: &JsValue) -> Result<f64, JsValue> {
    Ok(options::patience(value)?.unwrap_or(f64::NAN))
}

/// A new flight's state.
#[wasm_bindgen(js_name = beginFlight)]
pub fn begin_flight(last_chance: bool) -> u32 {
    Flight::begin(last_chance).bits()
}

/// The state after the read has landed (1), the creator was called (2) or has settled (3), or all is over (4).
#[wasm_bindgen(js_name = enterPhase)]
pub fn enter_phase(state: u32, phase: u32) -> u32 {
    let phase = match phase {
        1 => Phase::Landed,
        2 => Phase::Creating,
        3 => Phase::Storing,
        _ => Phase::Over,
    };
    Flight::from_bits(state).enter(phase).bits()
}

/// How far a flight has come.
#[wasm_bindgen(js_name = phaseOf)]
pub fn phase_of(state: u32) -> u32 {
    Flight::from_bits(state).phase() as u32
}

/// The state after `set`, `delete` or an invalidation.
#[wasm_bindgen(js_name = fenceFlight)]
pub fn fence_flight(state: u32) -> u32 {
    Flight::from_bits(state).fence().bits()
}

/// The state after a takeover.
#[wasm_bindgen(js_name = deposeFlight)]
pub fn depose_flight(state: u32) -> u32 {
    Flight::from_bits(state).depose().bits()
}

/// Whether its value must not be stored.
#[wasm_bindgen(js_name = isFenced)]
pub fn is_fenced(state: u32) -> bool {
    Flight::from_bits(state).is_fenced()
}

/// Whether it was given up for another flight.
#[wasm_bindgen(js_name = isDeposed)]
pub fn is_deposed(state: u32) -> bool {
    Flight::from_bits(state).is_deposed()
}

/// Whether it ends at its own time limit instead of being taken over.
#[wasm_bindgen(js_name = isLastChance)]
pub fn is_last_chance(state: u32) -> bool {
    Flight::from_bits(state).is_last_chance()
}

/// Whether a creator runs or a value is being written: the key is locked, and an invalidation fences the flight off.
#[wasm_bindgen(js_name = isCreation)]
pub fn is_creation(state: u32) -> bool {
    Flight::from_bits(state).is_creation()
}

/// Whether a waiter who is out of patience takes over.
#[wasm_bindgen(js_name = mayBeTakenOver)]
pub fn may_be_taken_over(state: u32) -> bool {
    Flight::from_bits(state).may_be_taken_over()
}

/// The next move of a caller for whom the record is worth `judgement`: 0 serve it fresh, 1 serve it stale, 2 lead, 3 wait, 4 take over, 5 read again.
#[wasm_bindgen(js_name = nextMove)]
pub fn next_move(state: u32, judgement: u32, force_refresh: bool, has_read_again: bool, out_of_patience: bool) -> u32 {
    let worth = match judgement {
        0 => Worth::Fresh,
        1 => Worth::Stale,
        _ => Worth::Missing,
    };
    let caller = Caller { worth, force_refresh, has_read_again, out_of_patience };
    Flight::from_bits(state).next_move(caller) as u32
}
