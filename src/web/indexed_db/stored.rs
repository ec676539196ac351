//! The stored form of a record, as in the npm package: `{ value: { payload, metadata: { ct, v, et, dt, tags } }, time, until }`.

use std::time::Duration;

use js_sys::{Array, Date, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{from_value, to_value};
use wasm_bindgen::{JsCast, JsValue};

use super::super::bindings::{member, object};
use super::super::error::WebError;
use super::opening::{BY_EXPIRY, BY_TIME};
use crate::duration;
use crate::record::Record;

const NEVER: f64 = -1.0;

/// A record with the times when it was written and when it may be deleted, in milliseconds since the epoch.
pub(super) fn wrapped<V: Serialize>(record: &Record<V>, keep_for: Option<Duration>) -> Result<JsValue, WebError> {
    let payload = to_value(&record.value).map_err(|error| WebError::new("DataError", error.to_string()))?;
    let mut metadata = vec![("ct", record.created.into()), ("v", record.version.into())];
    if let Some(own) = record.expiration {
        metadata.push(("et", if own == f64::INFINITY { NEVER } else { own }.into()));
    }
    if let Some(took) = record.took {
        metadata.push(("dt", took.into()));
    }
    if !record.tags.is_empty() {
        metadata.push(("tags", record.tags.iter().map(JsValue::from).collect::<Array>().into()));
    }
    let value = object(&[("payload", payload), ("metadata", object(&metadata).into())]);
    let time = Date::now();
    let mut members = vec![("value", value.into()), (BY_TIME, time.into())];
    if let Some(keep_for) = keep_for {
        members.push((BY_EXPIRY, (time + keep_for.as_secs_f64() * 1_000.0).into()));
    }
    Ok(object(&members).into())
}

/// The record in a stored value; `None` if it is not a record of this type.
pub(super) fn record_in<V: DeserializeOwned>(stored: &JsValue) -> Option<Record<V>> {
    let value = member(stored, "value")?;
    let metadata = member(&value, "metadata")?;
    let number = |name| member(&metadata, name).and_then(|number| number.as_f64()).filter(|number| number.is_finite());
    let created = number("ct")?;
    let name = JsValue::from("payload");
    if !Reflect::has(&value, &name).ok()? {
        return None;
    }
    let payload = from_value(Reflect::get(&value, &name).ok()?).ok()?;
    let own = number("et").and_then(duration::normalize);
    let mut record = Record::of_version(number("v").unwrap_or(f64::NAN), payload, created, own);
    record.took = number("dt").filter(|took| *took >= 0.0);
    if let Some(tags) = member(&metadata, "tags") {
        record.tags = tags.dyn_ref::<Array>()?.iter().map(|tag| tag.as_string()).collect::<Option<_>>()?;
    }
    Some(record)
}
