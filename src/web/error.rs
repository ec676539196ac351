//! What a host has failed with.

use std::fmt;

use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue};

use super::bindings::member;

/// What a store in a browser or on Workers has failed with: plain text, which any request may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebError {
    name: String,
    message: String,
}

impl WebError {
    pub(super) fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into() }
    }

    /// The error's name as JavaScript has it, such as `QuotaExceededError`; `TimeoutError` where something has not answered; `DataError` where a value
    /// cannot be stored.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What has happened.
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
