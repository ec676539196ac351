//! What tests/web/backends.js has, and small tools.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/target/web-backends.js")]
extern "C" {
    #[wasm_bindgen(js_name = newIndexedDb)]
    pub fn new_indexed_db(database: &str, store: &str) -> JsValue;
    #[wasm_bindgen(js_name = newKv)]
    pub fn new_kv(namespace: &JsValue, prefix: &str, lock: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = makeRecord)]
    pub fn make_record(payload: &JsValue, created: f64, own: &JsValue) -> JsValue;
    pub fn set(backend: &JsValue, key: &str, record: &JsValue, seconds: &JsValue) -> Promise;
    pub fn get(backend: &JsValue, key: &str) -> Promise;
    pub fn mangled(backend: &JsValue, key: &str) -> String;
    #[wasm_bindgen(js_name = textOf)]
    pub fn text_of(record: &JsValue) -> String;
    #[wasm_bindgen(js_name = recordOf)]
    pub fn record_of(text: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = mutexOf)]
    pub fn mutex_of(backend: &JsValue, key: &str) -> JsValue;
    pub fn acquire(mutex: &JsValue, wait: bool) -> Promise;
    pub fn release(mutex: &JsValue, stored: &JsValue) -> Promise;
    pub fn handover(mutex: &JsValue) -> JsValue;
    pub fn supersede(mutex: &JsValue, stored: &JsValue) -> Promise;

    pub fn rich() -> JsValue;
    pub fn described(value: &JsValue) -> String;
    pub fn stored(database: &str, key: &str) -> Promise;
    #[wasm_bindgen(js_name = deleteDatabase)]
    pub fn delete_database(name: &str) -> Promise;
    pub fn occupy(name: &str) -> Promise;
    #[wasm_bindgen(js_name = fillUp)]
    pub fn fill_up(text: &str);
    #[wasm_bindgen(js_name = holdInWorker)]
    pub fn hold_in_worker(name: &str, milliseconds: u32) -> Promise;
    pub fn orphan(name: &str);
    #[wasm_bindgen(js_name = countLocks)]
    pub fn count_locks(part: &str) -> Promise;

    #[wasm_bindgen(js_name = newNamespace)]
    pub fn new_namespace(limit: f64) -> JsValue;
    #[wasm_bindgen(js_name = logOf)]
    pub fn log_of(namespace: &JsValue) -> String;
    #[wasm_bindgen(js_name = textIn)]
    pub fn text_in(namespace: &JsValue, name: &str) -> JsValue;
    pub fn put(namespace: &JsValue, name: &str, text: &str);
    #[wasm_bindgen(js_name = newObjects)]
    pub fn new_objects() -> JsValue;
    #[wasm_bindgen(js_name = namesOf)]
    pub fn names_of(objects: &JsValue) -> String;
    #[wasm_bindgen(js_name = lockState)]
    pub fn lock_state(objects: &JsValue, name: &str) -> Promise;
}

/// What a promise comes to.
pub async fn settled(promise: Promise) -> JsValue {
    JsFuture::from(promise).await.expect("a promise that resolves")
}

/// A name that no other test has, nor any run before.
pub fn unique() -> String {
    format!("test {} {}", js_sys::Date::now(), js_sys::Math::random())
}

/// Begins a future, which does not end at once.
pub fn begin<F: Future>(future: &mut Pin<Box<F>>) {
    assert!(matches!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
}
