//! `get` and its like: one read, judged, never waiting for a creation.

use js_sys::JsString;
use wasm_bindgen::JsValue;

use crate::backend;
use crate::cache_region::CacheRegion;
use crate::freshness::{self, Why};
use crate::record::{Found, Record};

/// What a read is to go by.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The call's own expiration.
    pub expiration: Option<f64>,
    /// Neither expiration nor invalidation counts.
    pub ignore_expiration: bool,
}

impl CacheRegion {
    /// The records that may be read under these keys, in their order.
    pub async fn read(&self, keys: &[JsString], reading: Reading, multi: bool) -> Result<Vec<Option<Record>>, JsValue> {
        let setup = self.setup()?;
        let mangled = setup.mangle_all(keys)?;
        let answers = backend::read(&setup, &mangled, multi).await?;
        let now = self.now()?;
        let mut records = Vec::with_capacity(keys.len());
        for (key, answer) in keys.iter().zip(answers) {
            let record = self.pick(self.inspect(answer?), reading, now);
            self.count_read(key, &record);
            records.push(record.ok());
        }
        Ok(records)
    }

    fn pick(&self, found: Found, reading: Reading, now: f64) -> Result<Record, Why> {
        let record = match found {
            Found::Record(record) => record,
            Found::Nothing(why) => return Err(why),
            Found::Failed(_) => return Err(Why::Unreadable),
        };
        if record.metadata.version != freshness::VERSION {
            Err(Why::Version)
        } else if reading.ignore_expiration || self.readable(record.metadata, reading.expiration, now) {
            Ok(record)
        } else {
            Err(Why::Invalidated)
        }
    }

    fn count_read(&self, key: &JsString, record: &Result<Record, Why>) {
        match record {
            Ok(_) => {
                self.stats.hits.up();
                self.reporter.hit(key);
            }
            Err(why) => {
                self.stats.misses.up();
                self.reporter.miss(key, *why);
            }
        }
    }
}
