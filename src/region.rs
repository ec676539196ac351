//! The class that JavaScript holds: per call options in, one plainly named function, value out.

use std::rc::Rc;

use js_sys::{Array, Function, JsString, Map, Promise};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::cache_region::CacheRegion;
use crate::creation::Creator;
use crate::duration;
use crate::freshness::Metadata;
use crate::get_or_create::{Entry, Request};
use crate::js::CreateOptions;
use crate::options::{self, CONFIGURE_NAMES, REGION_NAMES};
use crate::reading::Reading;
use crate::record::Record;
use crate::task;

/// What JavaScript's `Region` delegates to. Methods that answer by a promise throw what concerns the arguments; the class turns that into a rejection.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Region(Rc<CacheRegion>);

/// The names that `configure` knows.
#[wasm_bindgen(js_name = configureNames)]
pub fn configure_names() -> Vec<String> {
    CONFIGURE_NAMES.map(String::from).into()
}

#[wasm_bindgen]
impl Region {
    /// `together`: the options may name what `configure` knows as well, because they are split between the two.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, together: bool) -> Result<Region, JsValue> {
        let known: Vec<&str> = REGION_NAMES.into_iter().chain(CONFIGURE_NAMES.into_iter().filter(|_| together)).collect();
        Ok(Region(Rc::new(CacheRegion::new(options::read(options, &known)?)?)))
    }

    /// `make_backend(name, arguments)` gives the backend that is registered under a name.
    pub fn configure(&self, options: JsValue, make_backend: &Function) -> Result<JsValue, JsValue> {
        self.0.configure(options::read(options, &CONFIGURE_NAMES)?, make_backend)?;
        Ok(self.0.setup()?.backend.clone().into())
    }

    /// As given.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> JsValue {
        self.0.name.clone()
    }

    /// Whether there is a backend.
    #[wasm_bindgen(getter, js_name = isConfigured)]
    pub fn is_configured(&self) -> bool {
        self.0.is_configured()
    }

    /// The backend.
    #[wasm_bindgen(getter)]
    pub fn backend(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.setup()?.backend.clone().into())
    }

    /// Whether `isFresh` and `isReadable` may be asked instead of `getOrCreate` and `get`.
    #[wasm_bindgen(getter, js_name = isPlain)]
    pub fn is_plain(&self) -> bool {
        self.0.is_plain()
    }

    /// The warm path of `getOrCreate`: numbers in, a decision out. NaN is "not given"; the clock is in milliseconds.
    #[wasm_bindgen(js_name = isFresh)]
    pub fn is_fresh(&self, ct: f64, v: f64, et: f64, expiration: f64, clock: f64) -> bool {
        self.0.is_fresh(metadata(ct, v, et), duration::normalize(expiration), clock / 1_000.0)
    }

    /// The warm path of `get`.
    #[wasm_bindgen(js_name = isReadable)]
    pub fn is_readable(&self, ct: f64, v: f64, et: f64, expiration: f64, clock: f64) -> bool {
        self.0.is_readable(metadata(ct, v, et), duration::normalize(expiration), clock / 1_000.0)
    }

    /// The payload, or with `as_entry` the record and how it was come by.
    #[wasm_bindgen(js_name = getOrCreate)]
    pub fn get_or_create(
        &self,
        key: JsValue,
        creator: JsValue,
        options: &CreateOptions,
        as_entry: bool,
    ) -> Result<Promise, JsValue> {
        let keys = vec![options::key(key)?];
        let creator = single_creator(creator, options)?;
        let (keys, request) = self.request(keys, creator, options)?;
        let region = Rc::clone(&self.0);
        Ok(task::promise(async move {
            let entries = Rc::clone(&region).get_or_create(keys, request).await?;
            entries.first().map_or(Ok(JsValue::UNDEFINED), |Entry { record, state }| {
                if as_entry { Ok(region.cached_value(record, Some(state))) } else { record.stored.payload() }
            })
        }))
    }

    /// The payloads, in the order of the keys.
    #[wasm_bindgen(js_name = getOrCreateMulti)]
    pub fn get_or_create_multi(&self, keys: JsValue, creator: JsValue, options: &CreateOptions) -> Result<Promise, JsValue> {
        let keys = options::keys(keys)?;
        let creator = Creator::Multi(required_creator(creator)?);
        let (keys, request) = self.request(keys, creator, options)?;
        let region = Rc::clone(&self.0);
        Ok(task::promise(async move {
            let Unique { keys, order } = unique(keys);
            let entries = region.get_or_create(keys, request).await?;
            let payloads: Result<Array, JsValue> = order.iter().map(|at| entries[*at].record.stored.payload()).collect();
            Ok(payloads?.into())
        }))
    }

    /// The payload, or with `as_entry` the record, or `undefined`.
    pub fn get(&self, key: JsValue, expiration: JsValue, ignore_expiration: bool, as_entry: bool) -> Result<Promise, JsValue> {
        let (keys, reading) = (vec![options::key(key)?], reading(expiration, ignore_expiration)?);
        self.0.setup()?;
        let region = Rc::clone(&self.0);
        Ok(task::promise(async move {
            let records = region.read(&keys, reading, false).await?;
            match records.into_iter().next().flatten() {
                Some(record) if as_entry => Ok(region.cached_value(&record, None)),
                record => payload(record),
            }
        }))
    }

    /// The payloads in the order of the keys, `undefined` for a miss.
    #[wasm_bindgen(js_name = getMulti)]
    pub fn get_multi(&self, keys: JsValue, expiration: JsValue, ignore_expiration: bool) -> Result<Promise, JsValue> {
        let (keys, reading) = (options::keys(keys)?, reading(expiration, ignore_expiration)?);
        self.0.setup()?;
        let region = Rc::clone(&self.0);
        Ok(task::promise(async move {
            let records = region.read(&keys, reading, true).await?;
            let payloads: Result<Array, JsValue> = records.into_iter().map(payload).collect();
            Ok(payloads?.into())
        }))
    }

    /// Stores one value.
    pub fn set(&self, key: JsValue, value: JsValue, expires_in: JsValue) -> Result<Promise, JsValue> {
        let expiration = options::duration(expires_in, "expiresIn")?;
        self.0.set(&[options::key(key)?], &[value], expiration, false)
    }

    /// Stores as many values as there are keys.
    #[wasm_bindgen(js_name = setMulti)]
    pub fn set_multi(&self, keys: JsValue, values: Array, expires_in: JsValue) -> Result<Promise, JsValue> {
        let expiration = options::duration(expires_in, "expiresIn")?;
        self.0.set(&options::keys(keys)?, &values.to_vec(), expiration, true)
    }

    /// Deletes one key.
    pub fn delete(&self, key: JsValue) -> Result<Promise, JsValue> {
        self.0.delete(&[options::key(key)?], false)
    }

    /// Deletes them all.
    #[wasm_bindgen(js_name = deleteMulti)]
    pub fn delete_multi(&self, keys: JsValue) -> Result<Promise, JsValue> {
        self.0.delete(&options::keys(keys)?, true)
    }

    /// In effect when it returns.
    pub fn invalidate(&self, hard: bool) -> Result<(), JsValue> {
        self.0.invalidate(hard)
    }

    /// Whether a creation of the key runs.
    #[wasm_bindgen(js_name = keyIsLocked)]
    pub fn key_is_locked(&self, key: JsValue) -> Result<bool, JsValue> {
        self.0.is_locked(&options::key(key)?)
    }

    /// A snapshot of the counts.
    #[wasm_bindgen(getter)]
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        let stats = &self.0.stats;
        let snapshot = Snapshot {
            hits: stats.hits.get(),
            stale_hits: stats.stale_hits.get(),
            misses: stats.misses.get(),
            creations: stats.creations.get(),
            creation_errors: stats.creation_errors.get(),
            coalesced: stats.coalesced.get(),
            takeovers: stats.takeovers.get(),
            backend_errors: stats.backend_errors.get(),
        };
        serde_wasm_bindgen::to_value(&snapshot).map_err(Into::into)
    }

    fn request(
        &self,
        keys: Vec<JsString>,
        creator: Creator,
        options: &CreateOptions,
    ) -> Result<(Vec<(JsString, JsString)>, Request), JsValue> {
        let request = Request {
            creator,
            expiration: options::duration(options.expiration_time(), "expirationTime")?,
            should_cache: options::function(options.should_cache_fn(), "shouldCacheFn")?,
            force_refresh: options.force_refresh().is_truthy(),
            lock_timeout: options::patience(options.lock_timeout())?,
        };
        let mangled = self.0.setup()?.mangle_all(&keys)?;
        self.0.refuse_reentry(&mangled, &request)?;
        Ok((keys.into_iter().zip(mangled).collect(), request))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    hits: f64,
    stale_hits: f64,
    misses: f64,
    creations: f64,
    creation_errors: f64,
    coalesced: f64,
    takeovers: f64,
    backend_errors: f64,
}

/// The first of all keys that are one to the backend, and for each key asked for the place of its first.
struct Unique {
    keys: Vec<(JsString, JsString)>,
    order: Vec<usize>,
}

fn unique(asked: Vec<(JsString, JsString)>) -> Unique {
    let places: Map<JsString, JsValue> = Map::new_typed();
    let mut keys = Vec::with_capacity(asked.len());
    let mut order = Vec::with_capacity(asked.len());
    for (key, mangled) in asked {
        let place = places.get_checked(&mangled).and_then(|place| place.as_f64());
        order.push(place.map_or(keys.len(), |place| place as usize));
        if place.is_none() {
            places.set(&mangled, &JsValue::from(keys.len() as u32));
            keys.push((key, mangled));
        }
    }
    Unique { keys, order }
}

fn metadata(created: f64, version: f64, expiration: f64) -> Metadata {
    let expiration = duration::normalize(expiration);
    Metadata { created, version, expiration }
}

fn reading(expiration: JsValue, ignore_expiration: bool) -> Result<Reading, JsValue> {
    let expiration = options::duration(expiration, "expirationTime")?;
    Ok(Reading { expiration, ignore_expiration })
}

fn payload(record: Option<Record>) -> Result<JsValue, JsValue> {
    record.map_or(Ok(JsValue::UNDEFINED), |record| record.stored.payload())
}

fn single_creator(creator: JsValue, options: &CreateOptions) -> Result<Creator, JsValue> {
    let creator = required_creator(creator)?;
    match options::given(options.creator_args()) {
        None => Ok(Creator::Single(creator)),
        Some(arguments) => Ok(Creator::WithArguments(creator, options::array(arguments, "creatorArgs", "an array")?)),
    }
}

fn required_creator(creator: JsValue) -> Result<Function, JsValue> {
    let given = creator.clone();
    options::function(creator, "creator")?.ok_or_else(|| crate::error::Error::invalid("creator", "a function", &given).into())
}
