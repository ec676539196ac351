//! The core as JavaScript sees it; the same tests run in Node and in browsers.
#![cfg(target_arch = "wasm32")]

use dogpile::{
    end_hash, hash_point, hash_word, invalidated_by, is_fresh, is_readable, judge, judge_reading, later_invalidation,
    length_of_time, read_clock, stamp_clock,
};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: f64 = 1_700_000_000.0;
const NONE: f64 = f64::NAN;
const NEVER: f64 = f64::NEG_INFINITY;

#[wasm_bindgen_test]
fn minus_one_is_never() {
    assert_eq!([length_of_time(2.5), length_of_time(-1.0)], [2.5, f64::INFINITY]);
    assert!(length_of_time(f64::NAN).is_nan());
}

#[wasm_bindgen_test]
fn a_key_is_hashed_as_dogpile_cache_does() {
    "some_key".chars().for_each(|character| hash_point(character.into()));
    end_hash();
    assert_eq!([0, 1, 2, 3, 4].map(hash_word), [0x53def077, 0xa4264bd3, 0x183d4eb2, 0x1b1f56f8, 0x83e1b572]);
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
fn the_warm_path_asks_for_the_call_the_record_the_region() {
    let clock = js_sys::Date::now() + 120_000.0;
    let now = read_clock(clock);
    let age = |age: f64, own, call| is_fresh(now - age, 2.0, own, call, 60.0, NEVER, NEVER, clock);
    assert!(age(59.0, NONE, NONE) && !age(61.0, NONE, NONE));
    assert!(age(61.0, 90.0, NONE) && !age(61.0, 90.0, 10.0));
    assert!(!is_fresh(now - 1.0, 1.0, NONE, NONE, 60.0, NEVER, NEVER, clock));
    assert!(!is_fresh(NONE, 2.0, NONE, NONE, 60.0, NEVER, NEVER, clock));
    assert!(is_readable(now - 59.0, 2.0, NONE, NONE, 60.0, NEVER, NEVER, clock));
    assert!(!is_readable(now - 61.0, 2.0, NONE, NONE, 60.0, NEVER, NEVER, clock));
}

#[wasm_bindgen_test]
fn an_invalidation_takes_what_was_created_before_it() {
    let (hard, soft) = (later_invalidation(NEVER, NOW), later_invalidation(NOW + 10.0, NOW));
    let created = [NOW - 1.0, NOW, NOW + 10.0];
    assert_eq!(created.map(|created| invalidated_by(hard, soft, created)), [2, 1, 0]);
    assert_eq!([2, 1, 0].map(|by| judge(NOW, 2.0, NONE, NONE, NONE, by, NOW + 20.0)), [4, 1, 0]);
    assert_eq!([2, 1, 0].map(|by| judge_reading(NOW, 2.0, NONE, NONE, NONE, by, NOW + 20.0)), [4, 4, 0]);
    let clock = (NOW + 20.0) * 1_000.0;
    assert_eq!(created.map(|created| is_fresh(created, 2.0, NONE, NONE, NONE, hard, soft, clock)), [false, false, true]);
}
