//! The region of dogpile.cache for JavaScript.
use wasm_bindgen::prelude::*;

/// A placeholder until the region is here.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Region;

#[wasm_bindgen]
impl Region {
    /// Makes one.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Region {
        Region
    }
}

impl Default for Region {
    fn default() -> Self {
        Self::new()
    }
}
