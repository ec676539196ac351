//! The functions of the host in `pkg/host`. The host is passed with every call, because references held by Rust could not be garbage-collected.

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::prelude::*;

/// The immediate result of an effect: not finished yet.
pub(super) const PENDING: u32 = 0;
/// Done.
pub(super) const DONE: u32 = 1;
/// Failed, or only partly done.
pub(super) const FAILED: u32 = 2;

#[wasm_bindgen]
extern "C" {
    /// Keeps the objects behind the machine's numbers: keys, calls, flights, creator calls, writes.
    #[derive(Debug)]
    pub type Host;

    /// The number of a key; a new key gets `next`.
    #[wasm_bindgen(method)]
    pub(super) fn enter(this: &Host, key: &JsString, next: u32) -> u32;
    /// The same for the key at a place.
    #[wasm_bindgen(method, js_name = enterAt)]
    pub(super) fn enter_at(this: &Host, keys: &Array, index: u32, next: u32) -> u32;
    /// -1 if it has none.
    #[wasm_bindgen(method, js_name = numberOf)]
    pub(super) fn number_of(this: &Host, key: &JsString) -> i32;
    /// The machine has started a call.
    #[wasm_bindgen(method)]
    pub(super) fn begin(this: &Host, slot: u32, serial: u32, creator: &Function, call: &JsValue);
    /// The caller's result after all synchronous work.
    #[wasm_bindgen(method)]
    pub(super) fn promise(this: &Host, call: &JsValue) -> Promise;
    /// The creator of one of the call's keys asks for that key.
    #[wasm_bindgen(method)]
    pub(super) fn reentrant(this: &Host, call: &JsValue, index: u32) -> Promise;
    /// The machine has started a write; on Workers it belongs to a call for its request.
    #[wasm_bindgen(method, js_name = beginWrite)]
    pub(super) fn begin_write(this: &Host, slot: u32, serial: u32, writer: i32, writer_serial: u32, write: &JsValue);
    /// Executes an effect: `what` is an `Act`, which defines the other arguments.
    #[wasm_bindgen(method)]
    pub(super) fn act(this: &Host, what: u32, a: u32, b: u32, c: u32, d: u32, x: f64) -> u32;
    /// The same where nothing comes of it.
    #[wasm_bindgen(method, js_name = act)]
    pub(super) fn tell(this: &Host, what: u32, a: u32, b: u32, c: u32, d: u32, x: f64);
    /// The start time of a load, for a strategy with news of others; NaN if that time itself is already invalidated.
    #[wasm_bindgen(method, js_name = startTime)]
    pub(super) fn start_time(this: &Host, call: u32) -> f64;
    /// `get` and similar.
    #[wasm_bindgen(method, js_name = lookUp)]
    pub(super) fn look_up(this: &Host, reading: &JsValue) -> Promise;
}
