//! Bindings that web-sys lacks, or has only as unstable.

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
    /// An IDBDatabase, with a method whose options web-sys lacks.
    #[derive(Debug, Clone)]
    pub type Durable;

    #[wasm_bindgen(method, catch)]
    pub fn transaction(this: &Durable, store: &str, mode: &str, options: &Object) -> Result<IdbTransaction, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A binding to a KV namespace.
    #[derive(Debug, Clone)]
    pub type Namespace;

    #[wasm_bindgen(method, catch)]
    pub fn get(this: &Namespace, name_or_names: &JsValue, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn put(this: &Namespace, name: &str, value: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn delete(this: &Namespace, name: &str) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A binding to a namespace of Durable Objects.
    #[derive(Debug, Clone)]
    pub type Objects;

    #[wasm_bindgen(method, catch, js_name = idFromName)]
    pub fn id_from_name(this: &Objects, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = get)]
    pub fn stub(this: &Objects, id: &JsValue) -> Result<Stub, JsValue>;

    /// One Durable Object as others see it.
    pub type Stub;

    #[wasm_bindgen(method, catch)]
    pub fn fetch(this: &Stub, url: &str, options: &Object) -> Result<Promise, JsValue>;

    /// A Response.
    pub type Reply;

    #[wasm_bindgen(method, catch)]
    pub fn text(this: &Reply) -> Result<Promise, JsValue>;
}

/// An existing member of any value. It never throws.
pub fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A member of the global object; in a sandboxed frame some of them throw.
pub fn global(name: &str) -> Option<JsValue> {
    member(&js_sys::global(), name)
}

/// Whether it has all these methods.
pub fn has_methods(object: &JsValue, methods: &[&str]) -> bool {
    methods.iter().all(|name| member(object, name).is_some_and(|method| method.is_function()))
}

/// A plain object.
pub fn object(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &(*name).into(), value); // never fails on a new object
    }
    object
}
