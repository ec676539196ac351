//! The hash of keys as JavaScript asks for it, in a module of its own: most users never need it. Numbers go in and come out.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::keys::KeyHash;

thread_local! {
    static HASH: Cell<Option<KeyHash>> = const { Cell::new(None) };
    static WORDS: Cell<[u32; 5]> = const { Cell::new([0; 5]) };
}

/// One more code point of a key.
#[wasm_bindgen(js_name = hashPoint)]
pub fn hash_point(point: u32) {
    HASH.set(Some(HASH.take().unwrap_or_default().with(point)));
}

/// The key has ended; the next point begins another.
#[wasm_bindgen(js_name = endHash)]
pub fn end_hash() {
    WORDS.set(HASH.take().unwrap_or_default().words());
}

/// One of the five words of the SHA-1 of the key that has ended.
#[wasm_bindgen(js_name = hashWord)]
pub fn hash_word(index: usize) -> u32 {
    WORDS.get().get(index).copied().unwrap_or(0)
}
