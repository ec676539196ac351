//! What the host in `pkg/host` does for the machine. It comes with every call: what Rust held, no collector would see through.

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::prelude::*;

/// What a host's method has come to when it returns.
pub(super) const PENDING: u32 = 0;
pub(super) const DONE: u32 = 1;
pub(super) const FAILED: u32 = 2;

#[wasm_bindgen]
extern "C" {
    /// Keeps by number what the machine decides about: keys, calls, flights, creators' calls, writes.
    #[derive(Debug)]
    pub type Host;

    // Keys and calls.
    #[wasm_bindgen(method)]
    pub(super) fn enter(this: &Host, key: &JsString, next: u32) -> u32;
    #[wasm_bindgen(method, js_name = numberOf)]
    pub(super) fn number_of(this: &Host, key: &JsString) -> i32;
    #[wasm_bindgen(method)]
    pub(super) fn begin(this: &Host, call: u32, serial: u32, key: &JsString, creator: &Function, request: &JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = beginMulti)]
    pub(super) fn begin_multi(
        this: &Host,
        call: u32,
        serial: u32,
        keys: &Array,
        creator: &Function,
        request: &JsValue,
    ) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn promise(this: &Host, call: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn reentrant(this: &Host, request: &JsValue, index: u32) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn serve(this: &Host, call: u32, seat: u32, flight: u32, how: u32);
    #[wasm_bindgen(method)]
    pub(super) fn fail(this: &Host, call: u32, why: u32, flight: u32);
    #[wasm_bindgen(method)]
    pub(super) fn restart(this: &Host, call: u32, seat: u32);
    #[wasm_bindgen(method)]
    pub(super) fn tell(this: &Host, call: u32, seat: u32, event: u32, why: u32);
    #[wasm_bindgen(method)]
    pub(super) fn report(this: &Host, flight: u32);

    // Reads.
    #[wasm_bindgen(method)]
    pub(super) fn read(this: &Host, call: u32, serial: u32, flight: u32, key: u32) -> u32;
    #[wasm_bindgen(method, js_name = readMulti)]
    pub(super) fn read_multi(this: &Host, call: u32, serial: u32, flights: &[u32], keys: &[u32]) -> u32;
    #[wasm_bindgen(method, js_name = readAgain)]
    pub(super) fn read_again(this: &Host, call: u32, round: u32, serial: u32, flights: &[u32]) -> u32;
    #[wasm_bindgen(method)]
    pub(super) fn adopt(this: &Host, flight: u32);

    // Strategies.
    #[wasm_bindgen(method)]
    pub(super) fn refresh(this: &Host, call: u32, serial: u32) -> u32;
    #[wasm_bindgen(method, js_name = refreshToStore)]
    pub(super) fn refresh_to_store(this: &Host, batch: u32, serial: u32) -> u32;
    #[wasm_bindgen(method, js_name = isOvertaken)]
    pub(super) fn is_overtaken(this: &Host, call: u32, started_at: f64) -> u32;
    #[wasm_bindgen(method, js_name = startTime)]
    pub(super) fn start_time(this: &Host, call: u32) -> f64;
    #[wasm_bindgen(method, js_name = adoptError)]
    pub(super) fn adopt_error(this: &Host, batch: u32);
    #[wasm_bindgen(method)]
    pub(super) fn says(this: &Host, call: u32, created: f64) -> u32;

    // Creations.
    #[wasm_bindgen(method)]
    pub(super) fn prepare(this: &Host, batch: u32, serial: u32, call: u32, flight: u32) -> u32;
    #[wasm_bindgen(method, js_name = prepareMulti)]
    pub(super) fn prepare_multi(this: &Host, batch: u32, serial: u32, call: u32, flights: &[u32]) -> u32;
    #[wasm_bindgen(method)]
    pub(super) fn create(this: &Host, batch: u32) -> u32;
    #[wasm_bindgen(method, js_name = hasValue)]
    pub(super) fn has_value(this: &Host, flight: u32) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn accept(this: &Host, batch: u32, flight: u32, may_store: bool) -> u32;
    #[wasm_bindgen(method)]
    pub(super) fn store(this: &Host, batch: u32, flight: u32) -> u32;
    #[wasm_bindgen(method, js_name = storeMulti)]
    pub(super) fn store_multi(this: &Host, batch: u32, flights: &[u32]) -> u32;
    #[wasm_bindgen(method)]
    pub(super) fn abort(this: &Host, batch: u32, call: u32);
    #[wasm_bindgen(method)]
    pub(super) fn run(this: &Host, flight: u32, serial: u32, call: u32, seat: u32) -> u32;

    // Locks.
    #[wasm_bindgen(method, js_name = findLock)]
    pub(super) fn find_lock(this: &Host, call: u32, flight: u32) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn lock(this: &Host, flight: u32, serial: u32, wait: bool);
    #[wasm_bindgen(method, js_name = giveUpLock)]
    pub(super) fn give_up_lock(this: &Host, flight: u32);
    #[wasm_bindgen(method, js_name = handOver)]
    pub(super) fn hand_over(this: &Host, flight: u32, serial: u32);
    #[wasm_bindgen(method)]
    pub(super) fn unlock(this: &Host, flight: u32, round: u32, serial: u32, is_stored: bool);

    // Writes.
    #[wasm_bindgen(method, js_name = beginWrite)]
    pub(super) fn begin_write(this: &Host, write: u32, serial: u32, writer: i32, writer_serial: u32, request: &JsValue);
    #[wasm_bindgen(method)]
    pub(super) fn send(this: &Host, write: u32) -> u32;

    // Timers and heartbeats.
    #[wasm_bindgen(method, js_name = setTimer)]
    pub(super) fn set_timer(this: &Host, flight: u32, serial: u32, milliseconds: f64);
    #[wasm_bindgen(method, js_name = clearTimer)]
    pub(super) fn clear_timer(this: &Host, flight: u32);
    #[wasm_bindgen(method, js_name = setRoundTimer)]
    pub(super) fn set_round_timer(this: &Host, call: u32, round: u32, serial: u32, milliseconds: f64);
    #[wasm_bindgen(method, js_name = clearRoundTimer)]
    pub(super) fn clear_round_timer(this: &Host, round: u32);
    #[wasm_bindgen(method, js_name = keepAlive)]
    pub(super) fn keep_alive(this: &Host, call: u32);
    #[wasm_bindgen(method)]
    pub(super) fn watch(this: &Host, call: u32, owner: u32);
    #[wasm_bindgen(method)]
    pub(super) fn changed(this: &Host, call: u32);

    // What is over.
    #[wasm_bindgen(method)]
    pub(super) fn end(this: &Host, call: u32);
    #[wasm_bindgen(method, js_name = forgetFlight)]
    pub(super) fn forget_flight(this: &Host, flight: u32);
    #[wasm_bindgen(method, js_name = forgetBatch)]
    pub(super) fn forget_batch(this: &Host, batch: u32);
    #[wasm_bindgen(method, js_name = forgetWrite)]
    pub(super) fn forget_write(this: &Host, write: u32);
    #[wasm_bindgen(method)]
    pub(super) fn leave(this: &Host, key: u32);

    // `get` and its like.
    #[wasm_bindgen(method, js_name = lookUp)]
    pub(super) fn look_up(this: &Host, reading: &JsValue) -> Promise;
}
