//! What only a JavaScript host can show; the same tests run in Node and in browsers.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_clock_is_there() {
    assert!(js_sys::Date::now() > 1e12);
}
