//! The hash of keys as JavaScript asks for it, in a module of its own: most users never need it.

use wasm_bindgen::prelude::*;

use crate::keys;

/// The SHA-1 of a key that is given by its UTF-16 code units, as 40 hexadecimal digits in ASCII.
#[wasm_bindgen]
pub fn sha1(units: &[u16]) -> Vec<u8> {
    keys::sha1(units.iter().copied())
}
