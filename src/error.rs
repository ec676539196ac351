//! What the core refuses: a variant, its code, its message.

use wasm_bindgen::JsValue;

use crate::js;

/// What went wrong.
#[derive(Debug)]
pub enum Error {
    /// A second `configure`.
    AlreadyConfigured,
    /// What was given, and what is allowed.
    Validation(String),
}

impl Error {
    /// `given` is not what `what` takes.
    pub fn invalid(what: &str, allowed: &str, given: &JsValue) -> Self {
        Error::Validation([what, " must be ", allowed, ", not ", &js::describe(given)].concat())
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        match error {
            Error::AlreadyConfigured => js::make_error(
                "REGION_ALREADY_CONFIGURED",
                "This region is already configured. Give replaceExistingBackend: true to replace its backend.",
            ),
            Error::Validation(message) => js::make_error("VALIDATION", &message),
        }
    }
}
