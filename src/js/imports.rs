//! What the host in `pkg/host` does for the machine. It comes with every call: what Rust held, no collector would see through.

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::prelude::*;

/// What the host's doing has come to when it returns: not yet to anything.
pub(super) const PENDING: u32 = 0;
/// To what was asked for.
pub(super) const DONE: u32 = 1;
/// To an error, or to less than was asked for.
pub(super) const FAILED: u32 = 2;

#[wasm_bindgen]
extern "C" {
    /// Keeps by number what the machine decides about: keys, calls, flights, creators' calls, writes.
    #[derive(Debug)]
    pub type Host;

    /// The number of a key, which is `next` if it had none.
    #[wasm_bindgen(method)]
    pub(super) fn enter(this: &Host, key: &JsString, next: u32) -> u32;
    /// The same for the key at a place.
    #[wasm_bindgen(method, js_name = enterAt)]
    pub(super) fn enter_at(this: &Host, keys: &Array, index: u32, next: u32) -> u32;
    /// -1 if it has none.
    #[wasm_bindgen(method, js_name = numberOf)]
    pub(super) fn number_of(this: &Host, key: &JsString) -> i32;
    /// The machine has taken up a call.
    #[wasm_bindgen(method)]
    pub(super) fn begin(this: &Host, slot: u32, serial: u32, creator: &Function, call: &JsValue);
    /// What the caller gets when all that can be done at once is done.
    #[wasm_bindgen(method)]
    pub(super) fn promise(this: &Host, call: &JsValue) -> Promise;
    /// The creator of one of the call's keys asks for that key.
    #[wasm_bindgen(method)]
    pub(super) fn reentrant(this: &Host, call: &JsValue, index: u32) -> Promise;
    /// The machine has taken up a write; on Workers the call of its request stands for it.
    #[wasm_bindgen(method, js_name = beginWrite)]
    pub(super) fn begin_write(this: &Host, slot: u32, serial: u32, writer: i32, writer_serial: u32, write: &JsValue);
    /// Does one thing that the machine has decided: `what` is an `Act`, the rest is as that says.
    #[wasm_bindgen(method)]
    pub(super) fn act(this: &Host, what: u32, a: u32, b: u32, c: u32, d: u32, x: f64) -> u32;
    /// The same where nothing comes of it.
    #[wasm_bindgen(method, js_name = act)]
    pub(super) fn tell(this: &Host, what: u32, a: u32, b: u32, c: u32, d: u32, x: f64);
    /// When a creator is called, for a strategy that hears of others; NaN if that very time counts as invalidated already.
    #[wasm_bindgen(method, js_name = startTime)]
    pub(super) fn start_time(this: &Host, call: u32) -> f64;
    /// `get` and its like.
    #[wasm_bindgen(method, js_name = lookUp)]
    pub(super) fn look_up(this: &Host, reading: &JsValue) -> Promise;
}
