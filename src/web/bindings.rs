//! What is taken of the hosts: what web-sys has not, or only as unstable.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::IdbTransaction;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(act: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(timer: &JsValue);
    #[wasm_bindgen(js_name = setInterval)]
    pub fn set_interval(act: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    pub fn clear_interval(timer: &JsValue);
    #[wasm_bindgen(catch, js_namespace = performance, js_name = now)]
    pub fn performance_now() -> Result<f64, JsValue>;
    #[wasm_bindgen(catch, js_name = addEventListener)]
    pub fn add_event_listener(event: &str, listener: &Function) -> Result<(), JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`.
    #[derive(Debug, Clone)]
    pub type LockManager;

    #[wasm_bindgen(method, catch)]
    pub fn request(this: &LockManager, name: &str, options: &Object, callback: &Function) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn query(this: &LockManager) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// An IDBDatabase, by the method whose options web-sys has not.
    #[derive(Debug, Clone)]
    pub type Durable;

    #[wasm_bindgen(method, catch)]
    pub fn transaction(this: &Durable, store: &str, mode: &str, options: &Object) -> Result<IdbTransaction, JsValue>;
}

/// A member that is there. Whatever it is asked of, nothing is thrown.
pub fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A member of the global object; a sandboxed frame throws at the mention of some.
pub fn global(name: &str) -> Option<JsValue> {
    member(&js_sys::global(), name)
}

/// A plain object.
pub fn object(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &(*name).into(), value); // never fails on a new object
    }
    object
}
