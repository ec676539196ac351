//! Functions on records and times with only numbers: for the warm path and other code outside of the machine.
//!
//! A record is its creation time, its format version and the expiration of its `own`; `call` and `region` are the expirations of those. Times are in
//! seconds, except the host's clock, which is in milliseconds. NaN means "not given".
#![allow(clippy::too_many_arguments)]

use wasm_bindgen::prelude::*;

use super::time;
use crate::clock;
use crate::duration;
use crate::early;
use crate::freshness::{self, Decision, Invalidated, Invalidations, Metadata};

/// For the warm path: whether `getOrCreate` may return this record. -1: no; else how large a draw has to be for it to be renewed, infinity where none is.
/// `hard` and `soft` are the region's invalidation times, `pace` is `beta` times the seconds that its creation took.
#[wasm_bindgen]
pub fn freshness(
    created: f64,
    version: f64,
    own: f64,
    call: f64,
    region: f64,
    hard: f64,
    soft: f64,
    jitter: f64,
    pace: f64,
    clock: f64,
) -> f64 {
    let now = time::read(clock);
    let invalidated = Invalidations { hard, soft }.of(created, now);
    let expiration = early::jittered(expiration(own, call, region), jitter, created);
    if freshness::decide(Metadata { created, version }, expiration, invalidated, now) == Decision::Fresh {
        early::needed(expiration, pace, now - created)
    } else {
        -1.0
    }
}

/// Whether `get` may return it.
#[wasm_bindgen(js_name = isReadable)]
pub fn is_readable(
    created: f64,
    version: f64,
    own: f64,
    call: f64,
    region: f64,
    hard: f64,
    soft: f64,
    jitter: f64,
    clock: f64,
) -> bool {
    let now = time::read(clock);
    let invalidated = Invalidations { hard, soft }.of(created, now);
    let expiration = early::jittered(expiration(own, call, region), jitter, created);
    freshness::read(Metadata { created, version }, expiration, invalidated, now) == Decision::Fresh
}

/// The effect of invalidation times on a record that was created, or whose creation began, at a time: 0 none, 1 soft, 2 hard.
#[wasm_bindgen(js_name = invalidatedBy)]
pub fn invalidated_by(hard: f64, soft: f64, created: f64, now: f64) -> u32 {
    Invalidations { hard, soft }.of(created, now) as u32
}

/// Seconds that a backend keeps a record; infinity means forever. `grace`: how long after expiration a call or the region uses it if a
/// creator fails.
#[wasm_bindgen]
pub fn retention(own: f64, call: f64, region: f64, grace: f64, regions_grace: f64) -> f64 {
    let [call, own, region, grace, regions] = [call, own, region, grace, regions_grace].map(duration::normalize);
    freshness::retention(call, own, region, grace.into_iter().chain(regions).reduce(f64::max))
}

/// When a record becomes stale, in seconds since the epoch; infinity means never.
#[wasm_bindgen(js_name = expiresAt)]
pub fn expires_at(created: f64, own: f64, call: f64, region: f64, jitter: f64) -> f64 {
    created + jittered(created, own, call, region, jitter)
}

/// How large a draw has to be for a fresh record to be renewed at the time `now`, in seconds; infinity where none is. `pace`: `beta` times the seconds that
/// its creation took.
#[wasm_bindgen(js_name = neededDraw)]
pub fn needed_draw(created: f64, own: f64, call: f64, region: f64, jitter: f64, pace: f64, now: f64) -> f64 {
    early::needed(jittered(created, own, call, region, jitter), pace, now - created)
}

/// An invalidation time after one more invalidation: an earlier one changes nothing.
#[wasm_bindgen(js_name = laterInvalidation)]
pub fn later_invalidation(latest: f64, time: f64) -> f64 {
    freshness::later(latest, time)
}

/// An invalidation time of this realm after the clock was corrected.
#[wasm_bindgen(js_name = movedInvalidation)]
pub fn moved_invalidation(time: f64, now: f64) -> f64 {
    freshness::moved(time, now)
}

/// Whether a time is so far in the future of a reading that its clock was wrong.
#[wasm_bindgen(js_name = isFarAhead)]
pub fn is_far_ahead(time: f64, now: f64) -> bool {
    freshness::is_far_ahead(time, now)
}

/// Whether a record of this format version can be read.
#[wasm_bindgen(js_name = isKnownVersion)]
pub fn is_known_version(version: f64) -> bool {
    version == freshness::VERSION
}

/// The time now in seconds.
#[wasm_bindgen(js_name = readClock)]
pub fn read_clock(host: f64) -> f64 {
    time::read(host)
}

/// A creation time later than every other one in this realm, and than `known`.
#[wasm_bindgen(js_name = stampClock)]
pub fn stamp_clock(host: f64, known: f64) -> f64 {
    time::stamp(host, known)
}

/// A creation time by a clock of the region's own: `now`, or just after `known`.
#[wasm_bindgen(js_name = stampAt)]
pub fn stamp_at(now: f64, known: f64) -> f64 {
    clock::just_after(known, now, now)
}

/// An invalidation time later than every creation time of this realm, and than those just after `known`.
#[wasm_bindgen(js_name = stampAfterAll)]
pub fn stamp_after_all(host: f64, known: f64) -> f64 {
    time::stamp_after_all(host, known)
}

/// A duration in seconds; infinity means never, NaN invalid.
#[wasm_bindgen(js_name = lengthOfTime)]
pub fn length_of_time(seconds: f64) -> f64 {
    duration::normalize(seconds).unwrap_or(f64::NAN)
}

#[inline(never)]
fn jittered(created: f64, own: f64, call: f64, region: f64, jitter: f64) -> f64 {
    early::jittered(expiration(own, call, region), jitter, created)
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
