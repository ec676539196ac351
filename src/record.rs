//! Records: what a backend holds, and what a read of it found.

use wasm_bindgen::{JsCast, JsValue};

use crate::duration;
use crate::freshness::{Metadata, Why};
use crate::js::{self, StoredRecord};

/// dogpile's way to write "never" as a number that JSON can hold.
const NEVER: f64 = -1.0;

/// A stored record and what it says of itself.
#[derive(Debug, Clone)]
pub struct Record {
    /// `{ payload, metadata }`, as the backend gave or will get it.
    pub stored: StoredRecord,
    /// Its metadata, read once.
    pub metadata: Metadata,
}

impl Record {
    /// A new record.
    pub fn new(payload: &JsValue, created: f64, expiration: Option<f64>) -> Self {
        let stored_expiration = expiration.map(|seconds| if seconds.is_infinite() { NEVER } else { seconds });
        let metadata = Metadata { created, version: crate::freshness::VERSION, expiration };
        let stored = js::make_record(payload, created, stored_expiration);
        Self { stored, metadata }
    }

    /// What the backend gave, if that is a record.
    pub fn from_stored(stored: JsValue) -> Option<Self> {
        let numbers = js::read_metadata(&stored)?;
        let number = |index| numbers.get(index).as_f64().unwrap_or(f64::NAN);
        let metadata = Metadata { created: number(0), version: number(1), expiration: duration::normalize(number(2)) };
        let stored = stored.unchecked_into();
        Some(Self { stored, metadata })
    }
}

/// What the read of one key found.
#[derive(Debug, Clone)]
pub enum Found {
    /// A record, to be judged.
    Record(Record),
    /// Nothing that could be served.
    Nothing(Why),
    /// The backend failed, in a region that wants to be told.
    Failed(JsValue),
}
