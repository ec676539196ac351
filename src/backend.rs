//! A backend is any object with `get`, `set` and `delete`; the multi calls are optional, and every answer may be a promise.

use js_sys::{Array, JsString};
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::js::{self, StoredRecord};
use crate::options;
use crate::record::Record;
use crate::setup::Setup;

/// What the backend holds under each key, or its own error.
pub async fn read(setup: &Setup, keys: &[JsString], multi: bool) -> Result<Vec<Result<JsValue, JsValue>>, JsValue> {
    match keys {
        [] => Ok(Vec::new()),
        [key] if !multi => {
            let answer = setup.backend.get(key)?;
            Ok(vec![setup.answered(answer).await])
        }
        _ => read_many(setup, keys).await,
    }
}

async fn read_many(setup: &Setup, keys: &[JsString]) -> Result<Vec<Result<JsValue, JsValue>>, JsValue> {
    let answer = js::get_multi(&setup.backend, &keys.iter().collect())?;
    let answers = setup.answered(answer).await?;
    let allowed = "an array with a record for each key";
    let answers = options::array(answers, "what the backend's getMulti returns", allowed)?;
    if answers.length() as usize != keys.len() {
        return Err(Error::invalid("what the backend's getMulti returns", allowed, &answers).into());
    }
    let outcome = |answer: JsValue| js::failure_of(&answer).map_or(Ok(answer), |failure| Err(failure.error()));
    Ok(answers.iter().map(outcome).collect())
}

/// Sends a record for each key.
pub fn set(setup: &Setup, keys: &[JsString], records: &[Record], multi: bool) -> Result<JsValue, JsValue> {
    match (keys, records) {
        ([], _) => Ok(JsValue::UNDEFINED),
        ([key], [record]) if !multi => setup.backend.set(key, &record.stored),
        _ => {
            let stored: Vec<&StoredRecord> = records.iter().map(|record| &record.stored).collect();
            js::set_multi(&setup.backend, &keys.iter().collect(), &stored.into_iter().collect())
        }
    }
}

/// Deletes each key.
pub fn delete(setup: &Setup, keys: &[JsString], multi: bool) -> Result<JsValue, JsValue> {
    match keys {
        [key] if !multi => setup.backend.delete(key),
        _ => js::delete_multi(&setup.backend, &keys.iter().collect::<Array>()),
    }
}
