//! The only bindings to JavaScript: what the host offers, and what users hand in.

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    pub fn make_error(code: &str, message: &str) -> JsValue;
    #[wasm_bindgen(js_name = makeBackendError)]
    pub fn make_backend_error(message: &str, cause: &JsValue) -> JsValue;
    pub fn describe(value: &JsValue) -> String;
}

#[wasm_bindgen(module = "/src/js/record.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeRecord)]
    pub fn make_record(payload: &JsValue, created: f64, expiration: Option<f64>) -> StoredRecord;
    #[wasm_bindgen(js_name = readMetadata)]
    pub fn read_metadata(stored: &JsValue) -> Option<Array>;
    #[wasm_bindgen(js_name = cachedValue)]
    pub fn cached_value(record: &StoredRecord, clock: &Function, state: Option<&str>) -> JsValue;
    #[wasm_bindgen(thread_local_v2, js_name = hostClock)]
    pub static HOST_CLOCK: Function;

    /// `{ payload, metadata }`.
    #[derive(Clone, Debug)]
    pub type StoredRecord;
    #[wasm_bindgen(method, getter, catch)]
    pub fn payload(this: &StoredRecord) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/js/creation.js")]
extern "C" {
    #[derive(Clone, Debug)]
    pub type Creation;
    #[wasm_bindgen(constructor)]
    pub fn new(to_seconds: &JsValue) -> Creation;
    #[wasm_bindgen(method, js_name = contextFor)]
    pub fn context_for(this: &Creation, key: &JsString, stale: &JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = contextForMany)]
    pub fn context_for_many(this: &Creation) -> JsValue;
    #[wasm_bindgen(method, js_name = expirationOf)]
    pub fn expiration_of(this: &Creation, key: &JsString) -> Option<f64>;
}

#[wasm_bindgen(module = "/src/js/promises.js")]
extern "C" {
    #[derive(Clone, Debug)]
    pub type Signal;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Signal;
    #[wasm_bindgen(method, getter)]
    pub fn promise(this: &Signal) -> Promise;
    #[wasm_bindgen(method)]
    pub fn settle(this: &Signal);

    #[derive(Clone, Debug)]
    pub type Alarm;
    #[wasm_bindgen(constructor)]
    pub fn new(milliseconds: f64) -> Alarm;
    #[wasm_bindgen(method, getter)]
    pub fn promise(this: &Alarm) -> Promise;
    #[wasm_bindgen(method)]
    pub fn cancel(this: &Alarm);

    pub fn pending(value: &JsValue) -> Option<Promise>;
    pub fn within(promise: &Promise, milliseconds: f64) -> Promise;
    #[wasm_bindgen(js_name = isUnanswered)]
    pub fn is_unanswered(error: &JsValue) -> bool;
    #[wasm_bindgen(js_name = ignoreRejection)]
    pub fn ignore_rejection(promise: &Promise);
    pub fn race(promises: &Array) -> Promise;
    #[wasm_bindgen(js_name = settleEach)]
    pub fn settle_each(elements: &Array) -> Promise;
    #[wasm_bindgen(catch)]
    pub fn unwrap(outcome: &JsValue) -> Result<JsValue, JsValue>;
    pub fn monotonic() -> f64;
}

#[wasm_bindgen(module = "/src/js/backend.js")]
extern "C" {
    /// Any object with `get`, `set` and `delete`.
    #[derive(Clone, Debug)]
    pub type CacheBackend;
    #[wasm_bindgen(method, catch)]
    pub fn get(this: &CacheBackend, key: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn set(this: &CacheBackend, key: &JsString, record: &StoredRecord) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn delete(this: &CacheBackend, key: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = keyMangler)]
    pub fn key_mangler(this: &CacheBackend) -> Result<JsValue, JsValue>;

    /// `false`: every call creates, nobody waits.
    #[wasm_bindgen(method, getter, catch)]
    pub fn coalesce(this: &CacheBackend) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = getMulti)]
    pub fn get_multi(backend: &CacheBackend, keys: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = setMulti)]
    pub fn set_multi(backend: &CacheBackend, keys: &Array, records: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = deleteMulti)]
    pub fn delete_multi(backend: &CacheBackend, keys: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = missingMethods)]
    pub fn missing_methods(backend: &JsValue) -> Result<Array, JsValue>;

    /// One key's failure in a multi read.
    pub type Failure;
    #[wasm_bindgen(js_name = failureOf)]
    pub fn failure_of(answer: &JsValue) -> Option<Failure>;
    #[wasm_bindgen(method, getter)]
    pub fn error(this: &Failure) -> JsValue;
}

#[wasm_bindgen(module = "/src/js/report.js")]
extern "C" {
    pub fn notify(observer: &JsValue, event: &str, detail: &JsValue, more: &JsValue);
    #[wasm_bindgen(js_name = listensToErrors)]
    pub fn listens_to_errors(observer: &JsValue) -> bool;
    pub fn warn(origin: &str, error: &JsValue);
}

#[wasm_bindgen]
extern "C" {
    /// A snapshot of one call's options, made by the package: reading it runs no code of the user's.
    pub type CreateOptions;
    #[wasm_bindgen(method, getter, js_name = expirationTime)]
    pub fn expiration_time(this: &CreateOptions) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = shouldCacheFn)]
    pub fn should_cache_fn(this: &CreateOptions) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = forceRefresh)]
    pub fn force_refresh(this: &CreateOptions) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = lockTimeout)]
    pub fn lock_timeout(this: &CreateOptions) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = creatorArgs)]
    pub fn creator_args(this: &CreateOptions) -> JsValue;
}
