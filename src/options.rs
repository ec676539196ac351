//! What `new Region`, `configure` and single calls are given, read and checked before anything changes.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::duration;
use crate::error::Error;
use crate::js;

const DURATION: &str =
    r#"seconds as a number, a text such as "250ms", "30s", "1h30m", or an object of days, hours, minutes, seconds, milliseconds"#;
const REGION_NAMES: [&str; 9] = [
    "name",
    "keyMangler",
    "functionKeyGenerator",
    "functionMultiKeyGenerator",
    "clock",
    "observer",
    "serializer",
    "asyncCreationRunner",
    "waitUntil",
];
const CONFIGURE_NAMES: [&str; 8] = [
    "backend",
    "arguments",
    "expirationTime",
    "wrap",
    "replaceExistingBackend",
    "regionInvalidator",
    "lockTimeout",
    "backendErrors",
];
const DEFAULT_LOCK_TIMEOUT: f64 = 30.0;

/// An options object, a copy of the user's that runs no code.
#[derive(Debug)]
pub struct Options(JsValue);

/// Whose names an options object may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `new Region`'s.
    Region,
    /// `configure`'s.
    Configure,
    /// Both, in `createRegion`.
    Both,
}

/// What `configure` asks for.
#[derive(Debug)]
pub struct Configuration {
    /// Seconds after which a record is expired.
    pub expiration: Option<f64>,
    /// Seconds for which anything may stay without an answer.
    pub lock_timeout: f64,
    /// Whether an unreadable backend is an error rather than a miss.
    pub throws: bool,
    /// Whether there may be a backend already.
    pub replaces: bool,
}

impl Options {
    /// Takes an options object and refuses names out of its scope.
    pub fn read(options: JsValue, scope: Scope) -> Result<Self, JsValue> {
        if options.is_undefined() {
            return Ok(Self(options));
        }
        if !options.is_object() {
            return Err(Error::invalid("options", "an object", &options).into());
        }
        let known = scope.names();
        let names = Object::keys(options.unchecked_ref::<Object>());
        match names.iter().filter_map(|name: JsValue| name.as_string()).find(|name| !known.contains(&name.as_str())) {
            None => Ok(Self(options)),
            Some(name) => {
                let message = ["unknown option ", &name, "; the known ones are ", &known.join(", ")];
                Err(Error::Validation(message.concat()).into())
            }
        }
    }

    /// Checks what `new Region` takes.
    pub fn check_region(&self) -> Result<(), JsValue> {
        self.check("name", "a string", JsValue::is_string)?;
        self.check("keyMangler", "a function, or false", |value| value.is_function() || value.as_bool() == Some(false))?;
        for name in ["functionKeyGenerator", "functionMultiKeyGenerator", "clock", "asyncCreationRunner", "waitUntil"] {
            self.check(name, "a function", JsValue::is_function)?;
        }
        self.check("observer", "an object", JsValue::is_object)
    }

    /// Checks what `configure` takes, the backend aside.
    pub fn configuration(&self) -> Result<Configuration, JsValue> {
        let word = |value: &JsValue| value.as_string().unwrap_or_default();
        self.check("backendErrors", r#""degrade" or "throw""#, |value| matches!(&*word(value), "degrade" | "throw"))?;
        Ok(Configuration {
            expiration: seconds(&self.get("expirationTime"), "expirationTime")?,
            lock_timeout: patience(&self.get("lockTimeout"))?.unwrap_or(DEFAULT_LOCK_TIMEOUT),
            throws: word(&self.get("backendErrors")) == "throw",
            replaces: self.get("replaceExistingBackend").is_truthy(),
        })
    }

    fn get(&self, name: &str) -> JsValue {
        if self.0.is_undefined() { JsValue::UNDEFINED } else { Reflect::get(&self.0, &name.into()).unwrap_or_default() }
    }

    fn check(&self, name: &str, allowed: &str, is_allowed: impl Fn(&JsValue) -> bool) -> Result<(), JsValue> {
        let value = self.get(name);
        if !is_given(&value) || is_allowed(&value) { Ok(()) } else { Err(Error::invalid(name, allowed, &value).into()) }
    }
}

impl Scope {
    fn names(self) -> Vec<&'static str> {
        match self {
            Scope::Region => REGION_NAMES.into(),
            Scope::Configure => CONFIGURE_NAMES.into(),
            Scope::Both => [&REGION_NAMES[..], &CONFIGURE_NAMES[..]].concat(),
        }
    }
}

/// `null` and `undefined` always mean "not given".
fn is_given(value: &JsValue) -> bool {
    !value.is_undefined() && !value.is_null()
}

/// A length of time in seconds; infinity is never.
pub fn seconds(value: &JsValue, what: &str) -> Result<Option<f64>, JsValue> {
    if !is_given(value) {
        return Ok(None);
    }
    let seconds = if let Some(number) = value.as_f64() {
        Some(number)
    } else if let Some(text) = value.as_string() {
        duration::parse(&text)
    } else {
        js::sum_of_parts(value)
    };
    match seconds.and_then(duration::normalize) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(Error::invalid(what, DURATION, value).into()),
    }
}

/// How long to wait for an answer: a length of time that is not over at once.
pub fn patience(value: &JsValue) -> Result<Option<f64>, JsValue> {
    match seconds(value, "lockTimeout")? {
        Some(seconds) if seconds <= 0.0 => Err(Error::invalid("lockTimeout", "longer than 0", value).into()),
        seconds => Ok(seconds),
    }
}
