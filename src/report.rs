//! Telling an observer.

use std::cell::Cell;

use js_sys::{Array, JsString};
use wasm_bindgen::JsValue;

use crate::freshness::Why;
use crate::js;

/// Where an error happened that no caller is told of.
#[derive(Debug, Clone, Copy)]
pub enum Origin {
    /// Reading from the backend.
    Read,
    /// Writing to it.
    Write,
}

impl Origin {
    fn as_str(self) -> &'static str {
        match self {
            Origin::Read => "read",
            Origin::Write => "write",
        }
    }
}

/// The region's observer, or the console for the first error of each kind.
#[derive(Debug)]
pub struct Reporter {
    observer: JsValue,
    warned: Cell<u8>,
}

impl Reporter {
    /// `observer` is an object, or `undefined`.
    pub fn new(observer: JsValue) -> Self {
        let warned = Cell::new(0);
        Self { observer, warned }
    }

    /// Whether anyone listens.
    pub fn is_silent(&self) -> bool {
        self.observer.is_undefined()
    }

    /// A fresh value was served.
    pub fn hit(&self, key: &JsString) {
        self.tell("onHit", key, &JsValue::UNDEFINED);
    }

    /// A stale value was served.
    pub fn stale(&self, key: &JsString) {
        self.tell("onStale", key, &JsValue::UNDEFINED);
    }

    /// There was nothing to serve.
    pub fn miss(&self, key: &JsString, why: Why) {
        self.tell("onMiss", key, &why.as_str().into());
    }

    /// A creator gave values for these keys.
    pub fn created(&self, keys: &Array, seconds: f64) {
        self.tell("onCreate", keys, &seconds.into());
    }

    /// A caller waits for another one's creation.
    pub fn waits(&self, key: &JsString) {
        self.tell("onWait", key, &JsValue::UNDEFINED);
    }

    /// A creation was given up for another one.
    pub fn takeover(&self, key: &JsString) {
        self.tell("onTakeover", key, &JsValue::UNDEFINED);
    }

    /// Something failed, and the call went on without it.
    pub fn error(&self, error: &JsValue, origin: Origin) {
        if js::listens_to_errors(&self.observer) {
            return js::notify(&self.observer, "onError", error, &origin.as_str().into());
        }
        let kind = 1 << origin as u8;
        if self.warned.get() & kind == 0 {
            self.warned.set(self.warned.get() | kind);
            js::warn(origin.as_str(), error);
        }
    }

    fn tell(&self, event: &str, detail: &JsValue, more: &JsValue) {
        if !self.is_silent() {
            js::notify(&self.observer, event, detail, more);
        }
    }
}
