//! The core as JavaScript sees it; the same tests run in Node and in browsers.
#![cfg(target_arch = "wasm32")]

use dogpile::{Region, length_of_time, read_clock, sha1, stamp_clock};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: f64 = 1_700_000_000.0;
const NONE: f64 = f64::NAN;
const OWN: u32 = 3;

fn configured(expiration: f64) -> Region {
    let region = Region::new();
    region.configure(expiration);
    region
}

#[wasm_bindgen_test]
fn a_region_has_a_backend_from_configure_on() {
    assert!(!Region::new().is_configured());
    assert!(configured(NONE).is_configured());
}

#[wasm_bindgen_test]
fn minus_one_is_never() {
    assert_eq!([length_of_time(2.5), length_of_time(-1.0)], [2.5, f64::INFINITY]);
    assert!(length_of_time(f64::NAN).is_nan());
}

#[wasm_bindgen_test]
fn a_key_is_hashed_as_dogpile_cache_does() {
    let units: Vec<u16> = "some_key".encode_utf16().collect();
    assert_eq!(sha1(&units), b"53def077a4264bd3183d4eb21b1f56f883e1b572");
}

#[wasm_bindgen_test]
fn the_clock_of_the_realm_never_goes_back_and_its_stamps_increase() {
    let host = js_sys::Date::now() + 60_000.0;
    let now = read_clock(host);
    assert_eq!(read_clock(host - 5_000.0), now);
    let first = stamp_clock(host);
    assert!(stamp_clock(host) > first && stamp_clock(host - 5_000.0) > first);
}

#[wasm_bindgen_test]
fn the_warm_path_counts_what_it_serves() {
    let region = configured(60.0);
    let clock = js_sys::Date::now() + 120_000.0;
    let now = read_clock(clock);
    assert!(region.is_fresh(now - 59.0, 2.0, NONE, NONE, clock));
    assert!(!region.is_fresh(now - 61.0, 2.0, NONE, NONE, clock));
    assert!(region.is_fresh(now - 61.0, 2.0, 90.0, NONE, clock));
    assert!(!region.is_fresh(now - 61.0, 2.0, 90.0, 10.0, clock));
    assert!(!region.is_fresh(now - 1.0, 1.0, NONE, NONE, clock));
    assert!(!region.is_fresh(NONE, 2.0, NONE, NONE, clock));
    assert_eq!(region.hits(), 2.0);
}

#[wasm_bindgen_test]
fn an_invalidation_takes_what_was_created_before_it() {
    let region = configured(NONE);
    region.invalidate(true, NOW);
    region.invalidate(false, NOW + 10.0);
    let judged = [NOW - 1.0, NOW, NOW + 10.0].map(|created| region.judge(created, 2.0, NONE, NONE, OWN, NOW + 20.0));
    assert_eq!(judged, [4, 1, 0]);
    let read = [NOW - 1.0, NOW, NOW + 10.0].map(|created| region.judge_reading(created, 2.0, NONE, NONE, OWN, NOW + 20.0));
    assert_eq!(read, [4, 4, 0]);
}
