//! The only bindings to JavaScript: errors, and what only JavaScript can look at.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    pub fn make_error(code: &str, message: &str) -> JsValue;
    pub fn describe(value: &JsValue) -> String;
}

#[wasm_bindgen(module = "/src/js/duration.js")]
extern "C" {
    #[wasm_bindgen(js_name = sumOfParts)]
    pub fn sum_of_parts(value: &JsValue) -> Option<f64>;
}
