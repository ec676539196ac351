//! The line of writes: writes to one key are sent one after another.

use js_sys::{Array, JsString, Map, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::js;
use crate::task;

/// Per key, the write that is last in line. A backend that answers at once never has one.
#[derive(Debug)]
pub struct Lines {
    last: Map<JsString, Promise>,
}

impl Lines {
    /// Nobody in line.
    pub fn new() -> Self {
        Self { last: Map::new_typed() }
    }

    /// A promise for the moment when all writes to these keys that are in line now have settled; `None` if there are none.
    pub fn ahead(&self, keys: &[JsString]) -> Option<Promise> {
        if self.last.size() == 0 {
            return None;
        }
        let ahead: Array = keys.iter().filter_map(|key| self.last.get_checked(key)).collect();
        (ahead.length() > 0).then(|| js::settle_each(&ahead))
    }

    /// Puts a write that was sent, or will be, at the end of its keys' lines; it leaves when it settles.
    pub fn enter(&self, keys: Vec<JsString>, write: &Promise) {
        for key in &keys {
            self.last.set(key, write);
        }
        let (last, write) = (self.last.clone(), write.clone());
        task::background(async move {
            let _settled = JsFuture::from(write.clone()).await;
            for key in &keys {
                let still_last = last.get_checked(key).is_some_and(|other| JsValue::from(other) == JsValue::from(&write));
                if still_last {
                    last.delete(key);
                }
            }
        });
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}
