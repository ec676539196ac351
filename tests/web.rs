//! The core as JavaScript sees it; the same tests run in Node and in browsers.
#![cfg(target_arch = "wasm32")]

use dogpile::{Region, patience, read_clock, seconds, stamp_clock};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: f64 = 1_700_000_000.0;
const NONE: f64 = f64::NAN;
const OWN: u32 = 3;

fn object<const N: usize>(entries: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        Reflect::set(&object, &name.into(), &value).expect("a plain object takes every property");
    }
    object.into()
}

fn function(body: &str) -> JsValue {
    Function::new_no_args(body).into()
}

fn configured(expiration: f64) -> Region {
    let region = Region::new(JsValue::UNDEFINED, false).expect("no options are needed");
    region.configure(expiration);
    region
}

fn code_and_message<T>(result: Result<T, JsValue>) -> (String, String) {
    let error = result.err().expect("an error");
    let text = |name: &str| Reflect::get(&error, &name.into()).ok().and_then(|text| text.as_string()).unwrap_or_default();
    assert!(error.is_instance_of::<js_sys::Error>());
    (text("code"), text("message"))
}

#[wasm_bindgen_test]
fn every_option_is_taken_as_it_is() {
    let options = object([
        ("name", "a".into()),
        ("keyMangler", function("return 'k'")),
        ("functionKeyGenerator", function("return () => 'k'")),
        ("functionMultiKeyGenerator", function("return () => ['k']")),
        ("clock", function("return 0")),
        ("observer", object([])),
    ]);
    assert!(Region::new(options, false).is_ok());
    assert!(Region::new(object([("keyMangler", false.into()), ("clock", JsValue::NULL)]), false).is_ok());
}

#[wasm_bindgen_test]
fn an_unknown_name_is_refused_with_the_known_ones() {
    let (code, message) = code_and_message(Region::new(object([("nmae", "a".into())]), false));
    assert_eq!(code, "VALIDATION");
    for word in ["nmae", "name", "keyMangler", "functionKeyGenerator", "functionMultiKeyGenerator", "clock", "observer"] {
        assert!(message.contains(word), "{message}");
    }
    assert!(!message.contains("backend"), "{message}");
    let (_, message) = code_and_message(configured(NONE).check(object([("ttl", 1.into()), ("backend", object([]))]), false));
    assert!(message.contains("ttl") && message.contains("replaceExistingBackend"), "{message}");
    let (_, message) = code_and_message(Region::new(object([("ttl", 1.into()), ("backend", object([]))]), true));
    assert!(message.contains("observer") && message.contains("lockTimeout"), "{message}");
}

#[wasm_bindgen_test]
fn wrong_types_are_refused_and_none_of_them_traps() {
    let odd =
        [1.5.into(), true.into(), "text".into(), Array::new().into(), JsValue::bigint_from_str("9"), JsValue::symbol(Some("s"))];
    for value in &odd {
        if !value.is_object() {
            assert_eq!(code_and_message(Region::new(value.clone(), false)).0, "VALIDATION");
            assert_eq!(code_and_message(Region::new(object([("observer", value.clone())]), false)).0, "VALIDATION");
        }
        for name in ["keyMangler", "functionKeyGenerator", "functionMultiKeyGenerator", "clock"] {
            let (_, message) = code_and_message(Region::new(object([(name, value.clone())]), false));
            assert!(message.contains(name), "{message}");
        }
        let check =
            configured(NONE).check(object([("replaceExistingBackend", true.into()), ("backendErrors", value.clone())]), false);
        assert!(code_and_message(check).1.contains("degrade"));
    }
}

#[wasm_bindgen_test]
fn a_second_configuration_says_so_unless_it_replaces() {
    let region = configured(NONE);
    assert_eq!(code_and_message(region.check(object([]), false)).0, "REGION_ALREADY_CONFIGURED");
    let found = region.check(object([("replaceExistingBackend", true.into()), ("expirationTime", "5m".into())]), false);
    assert_eq!(found.expect("it replaces"), [300.0, 30.0, 0.0]);
}

#[wasm_bindgen_test]
fn lengths_of_time_are_numbers_texts_or_parts() {
    let parts = object([("hours", 1.into()), ("minutes", 30.into())]);
    for (value, expected) in
        [(JsValue::from(2.5), 2.5), ("1h30m".into(), 5_400.0), (parts, 5_400.0), ((-1).into(), f64::INFINITY)]
    {
        assert_eq!(seconds(&value, "t").expect("a length of time"), expected);
    }
    assert!(seconds(&JsValue::UNDEFINED, "t").expect("not given").is_nan());
    assert!(seconds(&JsValue::NULL, "t").expect("not given").is_nan());
    let refused =
        [f64::NAN.into(), "soon".into(), true.into(), object([]), object([("weeks", 1.into())]), object([("hours", "1".into())])];
    for value in refused {
        assert_eq!(code_and_message(seconds(&value, "t")).0, "VALIDATION");
    }
    for never_enough in [0, -5] {
        assert_eq!(code_and_message(patience(&never_enough.into())).0, "VALIDATION");
    }
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
