//! What JavaScript asks of records and times by numbers alone: for the warm path, and where nothing is under way.
//!
//! A record is its creation time, its format version and the expiration of its `own`; `call` and `region` are the expirations of those. Times are in
//! seconds, but for the host's clock, which is in milliseconds. NaN is "not given".
#![allow(clippy::too_many_arguments)]

use wasm_bindgen::prelude::*;

use super::time;
use crate::duration;
use crate::freshness::{self, Decision, Invalidated, Invalidations, Metadata};

/// The warm path's question: may `getOrCreate` serve this record as it is? `hard` and `soft` are the region's invalidation times.
#[wasm_bindgen(js_name = isFresh)]
pub fn is_fresh(created: f64, version: f64, own: f64, call: f64, region: f64, hard: f64, soft: f64, clock: f64) -> bool {
    let invalidated = Invalidations { hard, soft }.of(created);
    let expiration = expiration(own, call, region);
    freshness::decide(Metadata { created, version }, expiration, invalidated, time::read(clock)) == Decision::Fresh
}

/// The same for `get`.
#[wasm_bindgen(js_name = isReadable)]
pub fn is_readable(created: f64, version: f64, own: f64, call: f64, region: f64, hard: f64, soft: f64, clock: f64) -> bool {
    let invalidated = Invalidations { hard, soft }.of(created);
    let expiration = expiration(own, call, region);
    freshness::read(Metadata { created, version }, expiration, invalidated, time::read(clock)) == Decision::Fresh
}

/// Whether `get` returns a record: 0 yes, 3 another version, 4 expired or invalidated. `invalidated`: 0 no, 1 soft, 2 hard.
#[wasm_bindgen(js_name = judgeReading)]
pub fn judge_reading(created: f64, version: f64, own: f64, call: f64, region: f64, invalidated: u32, now: f64) -> u32 {
    let expiration = expiration(own, call, region);
    freshness::read(Metadata { created, version }, expiration, invalidated_by_number(invalidated), now).as_number()
}

/// Seconds for which a backend is told to keep a record; infinity for ever. `grace`: for how long a call, or the region, takes it in place of what a
/// creator failed to give.
#[wasm_bindgen]
pub fn retention(own: f64, call: f64, region: f64, grace: f64, regions_grace: f64) -> f64 {
    let [call, own, region, grace, regions] = [call, own, region, grace, regions_grace].map(duration::normalize);
    freshness::retention(call, own, region, grace.into_iter().chain(regions).reduce(f64::max))
}

/// When a record becomes stale, in seconds since the epoch; infinity for never.
#[wasm_bindgen(js_name = expiresAt)]
pub fn expires_at(created: f64, own: f64, call: f64, region: f64) -> f64 {
    created + expiration(own, call, region)
}

/// What two invalidation times say of a record: 0 nothing, 1 soft, 2 hard.
#[wasm_bindgen(js_name = invalidatedBy)]
pub fn invalidated_by(hard: f64, soft: f64, created: f64) -> u32 {
    (Invalidations { hard, soft }).of(created) as u32
}

/// An invalidation time after one more invalidation: an earlier one changes nothing.
#[wasm_bindgen(js_name = laterInvalidation)]
pub fn later_invalidation(latest: f64, time: f64) -> f64 {
    freshness::later(latest, time)
}

/// Whether a record of this format version can be read at all.
#[wasm_bindgen(js_name = isKnownVersion)]
pub fn is_known_version(version: f64) -> bool {
    version == freshness::VERSION
}

/// The time now in seconds, never before an earlier reading in this realm.
#[wasm_bindgen(js_name = readClock)]
pub fn read_clock(host: f64) -> f64 {
    time::read(host)
}

/// A creation or invalidation time, later than every other one in this realm.
#[wasm_bindgen(js_name = stampClock)]
pub fn stamp_clock(host: f64) -> f64 {
    time::stamp(host)
}

/// A length of time in seconds, infinity for never; NaN for what is none.
#[wasm_bindgen(js_name = lengthOfTime)]
pub fn length_of_time(seconds: f64) -> f64 {
    duration::normalize(seconds).unwrap_or(f64::NAN)
}

fn expiration(own: f64, call: f64, region: f64) -> f64 {
    let [call, own, region] = [call, own, region].map(duration::normalize);
    freshness::expiration(call, own, region)
}

pub(super) fn invalidated_by_number(number: u32) -> Invalidated {
    match number {
        0 => Invalidated::No,
        1 => Invalidated::Soft,
        _ => Invalidated::Hard,
    }
}
