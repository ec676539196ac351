//! Everything that dogpile itself reports: a variant, its code, its message.

use wasm_bindgen::JsValue;

use crate::js;

/// What went wrong. What a creator throws is none of these: it passes through untouched.
#[derive(Debug)]
pub enum Error {
    /// A second `configure`.
    AlreadyConfigured,
    /// A call on a region that has no backend yet.
    NotConfigured,
    /// What was given, and what is allowed.
    Validation(String),
    /// No backend is registered under the name.
    PluginNotFound(String),
    /// A creator asks for the very key that it is creating.
    Reentrant(String),
    /// Something did not answer within `lockTimeout`.
    Timeout(String),
    /// The backend's own error, in a region that asked to be told.
    Backend(&'static str, JsValue),
}

impl Error {
    /// `given` is not what `what` takes.
    pub fn invalid(what: &str, allowed: &str, given: &JsValue) -> Self {
        Error::Validation([what, " must be ", allowed, ", not ", &js::describe(given)].concat())
    }

    fn code(&self) -> &'static str {
        match self {
            Error::AlreadyConfigured => "REGION_ALREADY_CONFIGURED",
            Error::NotConfigured => "REGION_NOT_CONFIGURED",
            Error::Validation(_) => "VALIDATION",
            Error::PluginNotFound(_) => "PLUGIN_NOT_FOUND",
            Error::Reentrant(_) => "REENTRANT",
            Error::Timeout(_) => "TIMEOUT",
            Error::Backend(..) => "BACKEND",
        }
    }

    fn message(&self) -> String {
        match self {
            Error::AlreadyConfigured => {
                "This region is already configured. Give replaceExistingBackend: true to replace its backend.".into()
            }
            Error::NotConfigured => "No backend is configured on this region. Call configure() first.".into(),
            Error::PluginNotFound(name) => ["Couldn't find cache plugin to load: ", name].concat(),
            Error::Reentrant(key) => {
                ["The creator of ", key, " asks for the key that it is creating, and there is no older value to give it."]
                    .concat()
            }
            Error::Backend(what, _) => ["The backend failed to ", what, "; its own error is the cause."].concat(),
            Error::Validation(message) | Error::Timeout(message) => message.clone(),
        }
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        match &error {
            Error::Backend(_, cause) => js::make_backend_error(&error.message(), cause),
            _ => js::make_error(error.code(), &error.message()),
        }
    }
}
