//! Records in IndexedDB.

use std::time::Duration;

use js_sys::{Array, Date};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbKeyRange, IdbObjectStore};

use super::bindings::global;
use super::error::WebError;
use super::web_lock::WebLock;
use crate::backend::Backend;
use crate::record::Record;

mod connection;
mod opening;
mod stored;

use connection::{Access, Connection};
use opening::BY_EXPIRY;
use stored::{record_in, wrapped};

/// How many records one transaction reads and writes: others wait for it.
const READS: usize = 500;
const WRITES: usize = 100;
/// How many expired records are deleted with each write.
const LOOKS: u32 = 2;

/// Stores records in a browser's IndexedDB, where they survive a reload. With a [`WebLock`] one tab loads while the others wait.
///
/// It shares its databases with the npm package. Values are converted by `serde-wasm-bindgen` and copied by structured clone: maps become `Map`, bytes become
/// `Uint8Array`, and a field with `#[serde(with = "serde_wasm_bindgen::preserve")]` may hold any JavaScript value, such as a `Date`. A record that cannot be
/// read as this type is a miss.
///
/// Each operation opens the database if it is not open. If there is none, or the quota is used up, the operation fails, and the next one tries again.
///
/// ```no_run
/// use dogpile::web::IndexedDbBackend;
///
/// let backend = IndexedDbBackend::new().database_name("app").store_name("pages");
/// ```
#[derive(Debug)]
pub struct IndexedDbBackend {
    database_name: String,
    store_name: String,
    has_locks: bool,
    connection: Connection,
}

impl IndexedDbBackend {
    /// Creates a backend for the object store `records` of the database `dogpile`.
    pub fn new() -> Self {
        let (database_name, store_name) = ("dogpile".to_owned(), "records".to_owned());
        Self { database_name, store_name, has_locks: true, connection: Connection::default() }
    }

    /// The name of the database. Default: `dogpile`.
    #[must_use]
    pub fn database_name(mut self, name: &str) -> Self {
        self.database_name = name.to_owned();
        self
    }

    /// The name of the object store, which is created if it is missing. Default: `records`.
    #[must_use]
    pub fn store_name(mut self, name: &str) -> Self {
        self.store_name = name.to_owned();
        self
    }

    /// Disables the lock, so that each tab loads for itself.
    #[must_use]
    pub fn without_locks(mut self) -> Self {
        self.has_locks = false;
        self
    }

    /// Deletes all records.
    ///
    /// # Errors
    /// Like any other operation.
    pub async fn clear(&self) -> Result<(), WebError> {
        self.run(Access::Write, |store| store.clear()).await.map(|_| ())
    }

    async fn run<T>(&self, access: Access, act: impl Fn(&IdbObjectStore) -> Result<T, JsValue>) -> Result<T, WebError> {
        self.connection.run(&self.database_name, &self.store_name, access, act).await
    }

    /// The stored values of the keys.
    async fn read(&self, keys: &[&str]) -> Result<Vec<JsValue>, WebError> {
        let mut all = Vec::with_capacity(keys.len());
        for keys in keys.chunks(READS) {
            let ask = |store: &IdbObjectStore| keys.iter().map(|key| store.get(&(*key).into())).collect::<Result<Vec<_>, _>>();
            for request in self.run(Access::Read, ask).await? {
                all.push(request.result()?);
            }
        }
        Ok(all)
    }

    /// If the quota is used up, deletes the older records: they must not remain in place of those that could not be written.
    async fn write(&self, entries: &[(JsValue, JsValue)]) -> Result<(), WebError> {
        for entries in entries.chunks(WRITES) {
            let put = |store: &IdbObjectStore| {
                for (key, wrapped) in entries {
                    store.put_with_key(wrapped, key)?;
                }
                sweep(store, LOOKS * entries.len() as u32)
            };
            let written = self.run(Access::Write, put).await;
            if written.as_ref().is_err_and(|error| error.name() == "QuotaExceededError") {
                let keys: Vec<JsValue> = entries.iter().map(|(key, _)| key.clone()).collect();
                self.remove(&keys).await?;
            }
            written?;
        }
        Ok(())
    }

    async fn remove(&self, keys: &[JsValue]) -> Result<(), WebError> {
        for keys in keys.chunks(WRITES) {
            let delete = |store: &IdbObjectStore| keys.iter().try_for_each(|key| store.delete(key).map(|_| ()));
            self.run(Access::Write, delete).await?;
        }
        Ok(())
    }
}

impl Default for IndexedDbBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Serialize + DeserializeOwned> Backend<V> for IndexedDbBackend {
    type Error = WebError;
    type Lock = WebLock;

    async fn get(&self, key: &str) -> Result<Option<Record<V>>, WebError> {
        Ok(self.read(&[key]).await?.first().and_then(record_in))
    }

    async fn set(&self, key: &str, record: Record<V>, keep_for: Option<Duration>) -> Result<(), WebError> {
        self.write(&[(key.into(), wrapped(&record, keep_for)?)]).await
    }

    async fn delete(&self, key: &str) -> Result<(), WebError> {
        self.remove(&[key.into()]).await
    }

    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Record<V>>>, WebError> {
        Ok(self.read(keys).await?.iter().map(record_in).collect())
    }

    /// A value that cannot be stored does not affect the others.
    async fn set_many(&self, entries: Vec<(&str, Record<V>, Option<Duration>)>) -> Result<(), WebError> {
        let wrapped = entries.into_iter().map(|(key, record, keep_for)| Ok((key.into(), wrapped(&record, keep_for)?)));
        let (good, bad): (Vec<_>, Vec<_>) = wrapped.partition(Result::is_ok);
        self.write(&good.into_iter().flatten().collect::<Vec<_>>()).await?;
        bad.into_iter().find_map(Result::err).map_or(Ok(()), Err)
    }

    async fn delete_many(&self, keys: &[&str]) -> Result<(), WebError> {
        self.remove(&keys.iter().map(|key| (*key).into()).collect::<Vec<_>>()).await
    }

    fn has_locks(&self) -> bool {
        self.has_locks && global("indexedDB").is_some()
    }

    /// JSON keeps the parts of the name separate.
    fn lock(&self, key: &str) -> Option<WebLock> {
        let name = serde_json::to_string(&("create", &self.database_name, &self.store_name, key)).ok()?;
        WebLock::new(&format!("dogpile {name}"))
    }
}

/// Deletes expired records in the same transaction.
fn sweep(store: &IdbObjectStore, most: u32) -> Result<(), JsValue> {
    let over = IdbKeyRange::upper_bound(&Date::now().into())?;
    let request = store.index(BY_EXPIRY)?.get_all_keys_with_key_and_limit(&over, most)?;
    let (store, found) = (store.clone(), request.clone());
    let delete = Closure::once_into_js(move || {
        let keys = found.result().map(|keys| Array::from(&keys)).unwrap_or_default();
        for key in keys.iter() {
            let _ = store.delete(&key);
        }
    });
    request.set_onsuccess(Some(delete.unchecked_ref()));
    Ok(())
}
