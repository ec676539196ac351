//! Records in Cloudflare KV.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use js_sys::{Array, Map, Object};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use super::bindings::{Namespace, Objects, has_methods, object};
use super::dogpile_lock::DogpileLock;
use super::error::WebError;
use super::time::settled;
use crate::backend::Backend;
use crate::keys::KeyHash;
use crate::record::Record;

/// KV's minimum in seconds.
const LEAST_TTL: f64 = 60.0;
const LEAST_CACHE_TTL: f64 = 30.0;
/// KV accepts only an int32.
const LONGEST_TTL: f64 = 2_147_483_647.0;
/// In bytes.
const LONGEST_NAME: usize = 512;
/// Not in prefixes, so that they never overlap; in every name, so that none is "", "." or "..", which KV refuses.
const SEPARATOR: char = ':';
const KEYS_A_READ: usize = 100;
/// A Worker's limit of open connections.
const AT_ONCE: usize = 6;
const MANGLED: &str = "sha1:";
const DIGITS: usize = 40;
/// Seconds until a write is visible everywhere, as documented.
const VISIBLE_AFTER: f64 = 60.0;

/// Stores records in Cloudflare KV as text, under the same names as the npm package: `prefix:key`, with a hash instead of a key that is longer than 512 bytes.
///
/// A text that is not a record, or whose value is of another type, is a miss. KV accepts one write per second for each key; a write may take a minute to be
/// visible elsewhere.
///
/// ```no_run
/// use dogpile::web::{CloudflareKvBackend, WebError};
///
/// # fn example(kv: wasm_bindgen::JsValue, locks: wasm_bindgen::JsValue) -> Result<(), WebError> {
/// // with the crate `worker`: env.kv("KV")?.into(), and env.durable_object("LOCKS")?.into()
/// let backend = CloudflareKvBackend::new(kv)?.prefix("pages")?.lock(locks)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct CloudflareKvBackend {
    namespace: Namespace,
    /// The first part of all names.
    start: String,
    expiration_ttl: Option<f64>,
    cache_ttl: Option<f64>,
    objects: Option<Objects>,
}

impl CloudflareKvBackend {
    /// Creates a backend for the binding of a KV namespace, without a prefix or a lock.
    ///
    /// # Errors
    /// If the value is not such a binding.
    pub fn new(namespace: JsValue) -> Result<Self, WebError> {
        let namespace = bound(namespace, &["get", "put", "delete"])?.unchecked_into();
        Ok(Self { namespace, start: SEPARATOR.into(), expiration_ttl: None, cache_ttl: None, objects: None })
    }

    /// The prefix of all names, so that several backends can share a namespace. Default: empty.
    ///
    /// # Errors
    /// If it contains `:`, which separates prefix and key, or has more than 466 bytes.
    pub fn prefix(mut self, prefix: &str) -> Result<Self, WebError> {
        if prefix.contains(SEPARATOR) || prefix.len() + 1 + MANGLED.len() + DIGITS > LONGEST_NAME {
            return Err(WebError::new("TypeError", "the prefix must be text without \":\" of at most 466 bytes"));
        }
        self.start = format!("{prefix}{SEPARATOR}");
        Ok(self)
    }

    /// How long KV keeps a record, at least 60 seconds. Default: as long as the region may use it.
    #[must_use]
    pub fn expiration_ttl(mut self, ttl: Duration) -> Self {
        self.expiration_ttl = Some(ttl.as_secs_f64().max(LEAST_TTL));
        self
    }

    /// How long a location may serve a read from its own copy, at least 30 seconds. Default: KV's own, 60 seconds.
    #[must_use]
    pub fn cache_ttl(mut self, ttl: Duration) -> Self {
        self.cache_ttl = Some(ttl.as_secs_f64().max(LEAST_CACHE_TTL));
        self
    }

    /// One load over all isolates: the binding of a namespace of the npm package's Durable Object `DogpileLock`. Default: no lock.
    ///
    /// # Errors
    /// If the value is not such a binding.
    pub fn lock(mut self, objects: JsValue) -> Result<Self, WebError> {
        self.objects = Some(bound(objects, &["idFromName", "get"])?.unchecked_into());
        Ok(self)
    }

    fn name_of(&self, key: &str) -> String {
        let digits = key.strip_prefix(MANGLED).filter(|digits| digits.len() == DIGITS);
        let looks_mangled = digits.is_some_and(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
        if looks_mangled || self.start.len() + key.len() > LONGEST_NAME {
            return format!("{}{MANGLED}{}", self.start, KeyHash::of(key));
        }
        format!("{}{key}", self.start)
    }

    fn reading(&self) -> Object {
        let reading = object(&[("type", "text".into())]);
        match self.cache_ttl {
            None => reading,
            Some(ttl) => Object::assign(&reading, &object(&[("cacheTtl", int32(ttl).into())])),
        }
    }

    async fn read(&self, name: &str) -> Result<Option<String>, WebError> {
        Ok(settled(self.namespace.get(&name.into(), &self.reading())).await?.as_string())
    }

    /// Reads separately the names that are missing in a bulk read's result: workerd leaves out names that are array indices.
    async fn read_all(&self, names: &[String]) -> Result<HashMap<String, Option<String>>, WebError> {
        let mut found = HashMap::new();
        let chunks = names.chunks(KEYS_A_READ).map(|names| self.read_together(names));
        for some in each_of(chunks).await? {
            found.extend(some);
        }
        let unnamed = names.iter().filter(|name| !found.contains_key(*name));
        let alone = each_of(unnamed.map(|name| async move { Ok((name.clone(), self.read(name).await?)) })).await?;
        found.extend(alone);
        Ok(found)
    }

    /// Reads in one operation, or in smaller ones if the response would exceed KV's limit of bytes. A single record that exceeds it is left out.
    async fn read_together(&self, names: &[String]) -> Result<Vec<(String, Option<String>)>, WebError> {
        let mut open = vec![names];
        let mut found = Vec::new();
        while let Some(names) = open.pop() {
            let list: Array = names.iter().map(JsValue::from).collect();
            match settled(self.namespace.get(&list, &self.reading())).await {
                Ok(answer) => found.extend(entries_of(&answer)),
                Err(error) if error.message().contains("413") && names.len() > 1 => {
                    open.extend(names.chunks(names.len().div_ceil(2)));
                }
                Err(error) if error.message().contains("413") => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn write(&self, name: &str, text: &str, keep_for: Option<Duration>) -> Result<(), WebError> {
        let ttl = self.expiration_ttl.or(keep_for.map(|keep_for| keep_for.as_secs_f64().max(LEAST_TTL)));
        let options = ttl.map_or_else(Object::new, |ttl| object(&[("expirationTtl", int32(ttl).into())]));
        settled(self.namespace.put(name, text, &options)).await.map(|_| ())
    }

    async fn remove(&self, name: &str) -> Result<(), WebError> {
        settled(self.namespace.delete(name)).await.map(|_| ())
    }
}

impl<V: Serialize + DeserializeOwned> Backend<V> for CloudflareKvBackend {
    type Error = WebError;
    type Lock = DogpileLock;

    async fn get(&self, key: &str) -> Result<Option<Record<V>>, WebError> {
        let text = self.read(&self.name_of(key)).await?;
        Ok(text.and_then(|text| Record::from_text(&text).ok()))
    }

    async fn set(&self, key: &str, record: Record<V>, keep_for: Option<Duration>) -> Result<(), WebError> {
        self.write(&self.name_of(key), &text_of(&record)?, keep_for).await
    }

    async fn delete(&self, key: &str) -> Result<(), WebError> {
        self.remove(&self.name_of(key)).await
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Record<V>>>, WebError> {
        let names: Vec<String> = keys.iter().map(|key| self.name_of(key)).collect();
        let mut each = names.clone();
        each.sort_unstable();
        each.dedup();
        let found = self.read_all(&each).await?;
        Ok(names.iter().map(|name| Record::from_text(found.get(name)?.as_ref()?).ok()).collect())
    }

    async fn set_many(&self, entries: Vec<(&str, Record<V>, Option<Duration>)>) -> Result<(), WebError> {
        let writes = entries
            .into_iter()
            .map(|(key, record, keep_for)| async move { self.write(&self.name_of(key), &text_of(&record)?, keep_for).await });
        each_of(writes).await.map(|_| ())
    }

    async fn delete_many(&self, keys: &[&str]) -> Result<(), WebError> {
        each_of(keys.iter().map(|key| async { self.remove(&self.name_of(key)).await })).await.map(|_| ())
    }

    fn has_locks(&self) -> bool {
        self.objects.is_some()
    }

    fn lock(&self, key: &str) -> Option<DogpileLock> {
        let keep = self.cache_ttl.unwrap_or_default().max(VISIBLE_AFTER);
        Some(DogpileLock::new(self.objects.as_ref()?, self.name_of(key), keep))
    }
}

fn bound(binding: JsValue, methods: &[&str]) -> Result<JsValue, WebError> {
    if has_methods(&binding, methods) {
        return Ok(binding);
    }
    Err(WebError::new("TypeError", format!("the binding must have the methods {}", methods.join(", "))))
}

fn text_of<V: Serialize>(record: &Record<V>) -> Result<String, WebError> {
    record.to_text().map_err(|error| WebError::new("DataError", error.to_string()))
}

fn int32(seconds: f64) -> f64 {
    seconds.ceil().min(LONGEST_TTL)
}

/// The names and texts of a Map.
fn entries_of(answer: &JsValue) -> Vec<(String, Option<String>)> {
    let mut entries = Vec::new();
    if let Some(map) = answer.dyn_ref::<Map>() {
        map.for_each(&mut |text, name| entries.extend(name.as_string().map(|name| (name, text.as_string()))));
    }
    entries
}

/// Runs all of them, a few at a time, even if some fail; then returns the first failure.
async fn each_of<F, T>(futures: impl Iterator<Item = F>) -> Result<Vec<T>, WebError>
where
    F: Future<Output = Result<T, WebError>>,
{
    let outcomes: Vec<Result<T, WebError>> = iter(futures).buffer_unordered(AT_ONCE).collect().await;
    outcomes.into_iter().collect()
}
