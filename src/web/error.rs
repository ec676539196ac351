//! The errors of a host.

use std::fmt;

use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue};

use super::bindings::member;

/// The error of a store in a browser or on Workers. It is plain text, so that any request of a Worker may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebError {
    name: String,
    message: String,
}

impl WebError {
    pub(super) fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into() }
    }

    /// The error's name in JavaScript, such as `QuotaExceededError`; `TimeoutError` if there was no response; `DataError` if a value cannot be stored.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The error's message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<JsValue> for WebError {
    fn from(thrown: JsValue) -> Self {
        let text = |name| member(&thrown, name).and_then(|text| text.as_string());
        let message = text("message").unwrap_or_else(|| thrown.dyn_ref::<JsString>().map_or_else(String::new, String::from));
        Self { name: text("name").unwrap_or_else(|| "Error".to_owned()), message }
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.message)
    }
}

impl std::error::Error for WebError {}
