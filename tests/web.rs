//! The exported region over a real Map, with the package's own host: the same tests run in Node, in browsers and in workers.
#![cfg(target_arch = "wasm32")]

use std::cell::Cell;
use std::rc::Rc;

use dogpile::js::{Question, Region, expires_at, freshness, is_readable, needed_draw, read_clock, stamp_clock};
use js_sys::{Array, Function, JsString, Map, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/target/web-host.js")]
extern "C" {
    #[wasm_bindgen(js_name = newHost)]
    fn new_host(exports: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = newRegion)]
    fn new_region(core: &Exported, host: &JsValue, map: &Map, by_promise: bool) -> JsValue;
    #[wasm_bindgen(js_name = newCall)]
    fn new_call(region: &JsValue, key: &JsString, signal: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = newMultiCall)]
    fn new_multi_call(region: &JsValue, keys: &Array) -> JsValue;
    #[wasm_bindgen(js_name = newWrite)]
    fn new_write(region: &JsValue, key: &JsString, payload: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = newDelete)]
    fn new_delete(region: &JsValue, key: &JsString) -> JsValue;
    #[wasm_bindgen(js_name = promiseOf)]
    fn promise_of(write: &JsValue) -> Promise;
    #[wasm_bindgen(js_name = newReading)]
    fn new_reading(region: &JsValue, keys: &Array) -> JsValue;
}

#[wasm_bindgen]
extern "C" {
    /// The exported class as JavaScript sees it.
    type Exported;

    #[wasm_bindgen(method, js_name = getOrCreate)]
    #[allow(clippy::too_many_arguments)]
    fn get_or_create(
        this: &Exported,
        host: &JsValue,
        key: &str,
        creator: &Function,
        call: &JsValue,
        expiration: f64,
        lock_timeout: f64,
        grace: f64,
        flags: u32,
        now: f64,
    ) -> Promise;
    #[wasm_bindgen(method, js_name = getOrCreateMulti)]
    #[allow(clippy::too_many_arguments)]
    fn get_or_create_multi(
        this: &Exported,
        host: &JsValue,
        keys: &Array,
        creator: &Function,
        call: &JsValue,
        expiration: f64,
        lock_timeout: f64,
        grace: f64,
        flags: u32,
        now: f64,
    ) -> Promise;
    #[wasm_bindgen(method)]
    fn get(this: &Exported, host: &JsValue, reading: &JsValue) -> Promise;
    #[wasm_bindgen(method, js_name = getMulti)]
    fn get_multi(this: &Exported, host: &JsValue, reading: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    fn set(this: &Exported, host: &JsValue, key: &str, write: &JsValue);
    #[wasm_bindgen(method)]
    fn delete(this: &Exported, host: &JsValue, key: &str, write: &JsValue);
    #[wasm_bindgen(method)]
    fn invalidate(this: &Exported, host: &JsValue, hard: bool, stamp: f64);
    #[wasm_bindgen(method, js_name = keyIsLocked)]
    fn key_is_locked(this: &Exported, host: &JsValue, key: &str) -> bool;
    #[wasm_bindgen(method)]
    fn ask(this: &Exported, question: u32, slot: u32, serial: u32) -> f64;
}

#[wasm_bindgen(
    inline_js = "export const settled = (promise) => promise.then((value) => [true, value], (error) => [false, error]);
export const later = () => { let open; const promise = new Promise((resolve) => (open = resolve)); return [promise, open]; };"
)]
extern "C" {
    fn settled(promise: &Promise) -> Promise;
    fn later() -> Array;
}

const NONE: f64 = f64::NAN;

/// A region, and what counts its creations.
struct Stage {
    host: JsValue,
    core: Exported,
    region: JsValue,
    map: Map,
    creations: Rc<Cell<u32>>,
}

impl Stage {
    fn new(by_promise: bool) -> Self {
        let (host, map) = (new_host(&wasm_bindgen::exports()), Map::new());
        let core: Exported = JsValue::from(Region::new(NONE, 30.0, 0.0, 1, false)).unchecked_into();
        let region = new_region(&core, &host, &map, by_promise);
        Self { host, core, region, map, creations: Rc::default() }
    }

    /// A creator that gives this, and is counted.
    fn creator(&self, value: JsValue) -> Function {
        let creations = self.creations.clone();
        let create = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_| {
            creations.set(creations.get() + 1);
            value.clone()
        });
        create.into_js_value().unchecked_into()
    }

    fn get_or_create(&self, key: &str, creator: &Function) -> Promise {
        let call = new_call(&self.region, &key.into(), &JsValue::UNDEFINED);
        self.core.get_or_create(&self.host, key, creator, &call, NONE, NONE, NONE, 0, NONE)
    }

    async fn payload(&self, key: &str, creator: &Function) -> JsValue {
        outcome(&self.get_or_create(key, creator)).await.1
    }
}

/// Whether a promise resolved, and with what it settled.
async fn outcome(promise: &Promise) -> (bool, JsValue) {
    let pair: Array = wasm_bindgen_futures::JsFuture::from(settled(promise)).await.expect("never rejects").unchecked_into();
    (pair.get(0).is_truthy(), pair.get(1))
}

#[wasm_bindgen_test]
async fn one_caller_creates_and_all_get_the_same() {
    for by_promise in [false, true] {
        let stage = Stage::new(by_promise);
        let [gate, open] = {
            let both = later();
            [both.get(0), both.get(1)]
        };
        let creator = stage.creator(gate);
        let calls: Vec<Promise> = (0..20).map(|_| stage.get_or_create("k", &creator)).collect();
        open.unchecked_ref::<Function>().call1(&JsValue::NULL, &"value".into()).expect("opens");
        for call in calls {
            assert_eq!(outcome(&call).await, (true, "value".into()));
        }
        assert_eq!(stage.creations.get(), 1);
        assert_eq!(stage.map.size(), 1);
        assert_eq!(stage.payload("k", &creator).await, JsValue::from("value"));
        assert_eq!(stage.creations.get(), 1);
    }
}

#[wasm_bindgen_test]
async fn a_rejection_reaches_everyone_and_is_not_stored() {
    let stage = Stage::new(true);
    let creator = stage.creator(Promise::reject(&"down".into()).into());
    let calls = [stage.get_or_create("k", &creator), stage.get_or_create("k", &creator)];
    for call in calls {
        assert_eq!(outcome(&call).await, (false, "down".into()));
    }
    assert_eq!((stage.creations.get(), stage.map.size()), (1, 0));
}

#[wasm_bindgen_test]
async fn many_keys_are_created_by_one_call() {
    let stage = Stage::new(true);
    let keys = Array::of3(&JsValue::from("a"), &JsValue::from("b"), &JsValue::from("c"));
    let creator = stage.creator(Array::of3(&JsValue::from(1), &JsValue::from(2), &JsValue::from(3)).into());
    let call = new_multi_call(&stage.region, &keys);
    let promise = stage.core.get_or_create_multi(&stage.host, &keys, &creator, &call, NONE, NONE, NONE, 0, NONE);
    let (is_value, values) = outcome(&promise).await;
    assert!(is_value && Array::from(&values).join(",") == "1,2,3");
    assert_eq!((stage.creations.get(), stage.map.size()), (1, 3));
    let read = stage.core.get_multi(&stage.host, &new_reading(&stage.region, &keys));
    assert_eq!(Array::from(&outcome(&read).await.1).join(","), "1,2,3");
}

#[wasm_bindgen_test]
async fn a_write_fences_what_is_being_created() {
    let stage = Stage::new(false);
    let [gate, open] = {
        let both = later();
        [both.get(0), both.get(1)]
    };
    let created = stage.get_or_create("k", &stage.creator(gate));
    assert!(stage.core.key_is_locked(&stage.host, "k"));
    let write = new_write(&stage.region, &"k".into(), &"set".into());
    stage.core.set(&stage.host, "k", &write);
    outcome(&promise_of(&write)).await;
    open.unchecked_ref::<Function>().call1(&JsValue::NULL, &"created".into()).expect("opens");
    assert_eq!(outcome(&created).await, (true, "created".into()));
    assert_eq!(stage.payload("k", &stage.creator("another".into())).await, JsValue::from("set"));
    let deletion = new_delete(&stage.region, &"k".into());
    stage.core.delete(&stage.host, "k", &deletion);
    outcome(&promise_of(&deletion)).await;
    assert_eq!(stage.map.size(), 0);
    assert!(!stage.core.key_is_locked(&stage.host, "k"));
}

#[wasm_bindgen_test]
async fn what_was_invalidated_is_created_anew() {
    let stage = Stage::new(false);
    assert_eq!(stage.payload("k", &stage.creator(1.into())).await, JsValue::from(1));
    stage.core.invalidate(&stage.host, true, 1e9);
    let read = stage.core.get(&stage.host, &new_reading(&stage.region, &Array::of1(&JsValue::from("k"))));
    assert!(Array::from(&outcome(&read).await.1).get(0).is_undefined());
    assert_eq!(stage.payload("k", &stage.creator(2.into())).await, JsValue::from(2));
    assert_eq!(stage.core.ask(Question::Count as u32, 3, 0), 2.0);
}

#[wasm_bindgen_test]
fn the_clock_of_the_realm_stands_still_for_a_minute_and_its_stamps_increase() {
    let host = js_sys::Date::now() + 600_000.0;
    let now = read_clock(host);
    assert_eq!(read_clock(host - 5_000.0), now);
    let first = stamp_clock(host, f64::NAN);
    assert!(stamp_clock(host, f64::NAN) > first && stamp_clock(host - 5_000.0, f64::NAN) > first);
    assert_eq!(read_clock(host - 61_000.0), (host - 61_000.0) / 1_000.0, "a clock that is set back by more is believed");
}

#[wasm_bindgen_test]
fn the_warm_path_asks_for_the_call_the_record_the_region() {
    const NEVER: f64 = f64::NEG_INFINITY;
    let clock = js_sys::Date::now() + 120_000.0;
    let now = read_clock(clock);
    let age = |age: f64, own, call| freshness(now - age, 2.0, own, call, 60.0, NEVER, NEVER, 0.0, NONE, clock) == f64::INFINITY;
    assert!(age(59.0, NONE, NONE) && !age(61.0, NONE, NONE));
    assert!(age(61.0, 90.0, NONE) && !age(61.0, 90.0, 10.0));
    assert_eq!(freshness(now - 1.0, 1.0, NONE, NONE, 60.0, NEVER, NEVER, 0.0, NONE, clock), -1.0);
    assert_eq!(freshness(now - 50.0, 2.0, NONE, NONE, 60.0, NEVER, NEVER, 0.0, 5.0, clock), 2.0);
    assert!(is_readable(now - 59.0, 2.0, NONE, NONE, 60.0, NEVER, NEVER, 0.0, clock));
    assert!(!is_readable(now - 61.0, 2.0, NONE, NONE, 60.0, NEVER, NEVER, 0.0, clock));
    let life = |created: f64| expires_at(created, NONE, NONE, 60.0, 0.5) - created;
    let created = now - 45.0;
    assert_eq!(
        freshness(created, 2.0, NONE, NONE, 60.0, NEVER, NEVER, 0.5, NONE, clock) >= 0.0,
        life(created) >= 45.0,
        "jitter is the same everywhere"
    );
    assert_eq!(is_readable(created, 2.0, NONE, NONE, 60.0, NEVER, NEVER, 0.5, clock), life(created) >= 45.0);
    assert_eq!(needed_draw(now - 50.0, NONE, NONE, 60.0, 0.0, 5.0, now), 2.0);
    assert_eq!(needed_draw(now - 20.0, NONE, NONE, 60.0, 0.0, 5.0, now), f64::INFINITY);
}
