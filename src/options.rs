//! What users hand in, read and checked before anything changes.

use js_sys::{Array, Function, JsString, Reflect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::duration;
use crate::error::Error;
use crate::js;

const DURATION: &str =
    r#"seconds as a number, a text such as "250ms", "30s", "1h30m", or an object of days, hours, minutes, seconds, milliseconds"#;
const PARTS: [(&str, f64); 5] =
    [("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0), ("seconds", 1.0), ("milliseconds", 0.001)];
/// `Temporal.Duration` has them; how long they are depends on the date.
const CALENDAR: [&str; 3] = ["years", "months", "weeks"];

/// The names that `new Region` knows.
pub const REGION_NAMES: [&str; 4] = ["name", "keyMangler", "clock", "observer"];
/// The names that `configure` knows.
pub const CONFIGURE_NAMES: [&str; 6] =
    ["backend", "arguments", "expirationTime", "replaceExistingBackend", "lockTimeout", "backendErrors"];

/// What `new Region` is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RegionOptions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub name: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub key_mangler: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub clock: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub observer: JsValue,
}

/// What `configure` is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConfigureOptions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub backend: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub arguments: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub expiration_time: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub replace_existing_backend: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub lock_timeout: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub backend_errors: JsValue,
}

/// Reads an options object whose every name is among `known`. serde-wasm-bindgen lets unknown ones pass, so the keys are looked at.
pub fn read<T: DeserializeOwned + Default>(options: JsValue, known: &[&str]) -> Result<T, JsValue> {
    if options.is_undefined() {
        return Ok(T::default());
    }
    if !options.is_object() {
        return Err(Error::invalid("options", "an object", &options).into());
    }
    for name in Reflect::own_keys(&options)?.iter().filter_map(|name| name.as_string()) {
        if !known.contains(&name.as_str()) {
            let message = ["unknown option ", &name, "; the known ones are ", &known.join(", ")];
            return Err(Error::Validation(message.concat()).into());
        }
    }
    serde_wasm_bindgen::from_value(options).map_err(Into::into)
}

/// `null` and `undefined` always mean "not given".
pub fn given(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A length of time in seconds; infinity is never.
pub fn duration(value: JsValue, what: &str) -> Result<Option<f64>, JsValue> {
    let Some(value) = given(value) else {
        return Ok(None);
    };
    let seconds = if let Some(number) = value.as_f64() {
        Some(number)
    } else if let Some(text) = value.as_string() {
        duration::parse(&text)
    } else {
        sum_of_parts(&value)
    };
    match seconds.and_then(duration::normalize) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(Error::invalid(what, DURATION, &value).into()),
    }
}

fn sum_of_parts(value: &JsValue) -> Option<f64> {
    if !value.is_object() {
        return None;
    }
    let part = |name: &str| Reflect::get(value, &name.into()).ok();
    let known = |name: JsValue| name.as_string().is_some_and(|name| PARTS.iter().any(|(known, _)| *known == name));
    let calendar = CALENDAR.iter().any(|name| part(name).is_none_or(|part| part.as_f64().is_some_and(|n| n != 0.0)));
    if calendar || !Reflect::own_keys(value).ok()?.iter().all(known) {
        return None;
    }
    let mut sum = None;
    for (name, length) in PARTS {
        if let Some(value) = given(part(name)?) {
            sum = Some(sum.unwrap_or(0.0) + value.as_f64()? * length);
        }
    }
    sum
}

/// How long to wait for an answer: a length of time that is not over at once.
pub fn patience(value: JsValue) -> Result<Option<f64>, JsValue> {
    match duration(value.clone(), "lockTimeout")? {
        Some(seconds) if seconds <= 0.0 => Err(Error::invalid("lockTimeout", "longer than 0", &value).into()),
        seconds => Ok(seconds),
    }
}

/// A function, or nothing.
pub fn function(value: JsValue, what: &str) -> Result<Option<Function>, JsValue> {
    match given(value) {
        None => Ok(None),
        Some(value) => value.dyn_into::<Function>().map(Some).map_err(|value| Error::invalid(what, "a function", &value).into()),
    }
}

/// Any string is a key; nothing else is.
pub fn key(value: JsValue) -> Result<JsString, JsValue> {
    if value.is_string() { Ok(value.unchecked_into()) } else { Err(Error::invalid("a key", "a string", &value).into()) }
}

/// The keys of a multi call, which the package has made an array if it could.
pub fn keys(value: JsValue) -> Result<Vec<JsString>, JsValue> {
    array(value, "keys", "an iterable of strings")?.iter().map(key).collect()
}

/// An array, or an error that names what was expected.
pub fn array(value: JsValue, what: &str, allowed: &str) -> Result<Array, JsValue> {
    if Array::is_array(&value) { Ok(value.unchecked_into()) } else { Err(Error::invalid(what, allowed, &value).into()) }
}

/// A value to store: anything but a promise, which was meant to be awaited first.
pub fn storable(value: &JsValue) -> Result<(), JsValue> {
    match js::pending(value) {
        None => Ok(()),
        Some(promise) => {
            js::ignore_rejection(&promise);
            Err(Error::invalid("a value", "awaited before it is set", value).into())
        }
    }
}
