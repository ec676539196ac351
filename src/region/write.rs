//! `set` and `delete`: each write waits for those of its keys that came before.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use super::Region;
use super::caller::Handle;
use super::operation::within;
use crate::backend::Backend;
use crate::freshness::retention;
use crate::record::Record;
use crate::runtime::{Runtime, Wakeup};

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// Stores a value. It counts at once: what is being created for the key is not stored over it.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set(&self, key: &str, value: V) -> Result<(), B::Error> {
        let record = self.record(value, None);
        self.write(&[key], |backend, keys| async move { backend.set(&keys[0], record, self.keep_for(None)).await }).await
    }

    /// The same, of a value with an expiration of its own.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set_expiring(&self, key: &str, value: V, expiration: Duration) -> Result<(), B::Error> {
        let own = Some(expiration.as_secs_f64());
        let record = self.record(value, own);
        self.write(&[key], |backend, keys| async move { backend.set(&keys[0], record, self.keep_for(own)).await }).await
    }

    /// Stores a value under each of these keys. Of two values for one key the later one counts.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set_many(&self, entries: Vec<(&str, V)>) -> Result<(), B::Error> {
        let (keys, values): (Vec<&str>, Vec<V>) = entries.into_iter().unzip();
        let records: Vec<Record<V>> = values.into_iter().map(|value| self.record(value, None)).collect();
        let write = |backend, keys: Vec<String>| async move {
            let entries = keys.iter().zip(records).map(|(key, record)| (key.as_str(), record, self.keep_for(None)));
            B::set_many(backend, entries.collect()).await
        };
        self.write(&keys, write).await
    }

    /// Deletes the value of a key. It counts at once: what is being created for the key is not stored.
    ///
    /// # Errors
    /// The backend's.
    pub async fn delete(&self, key: &str) -> Result<(), B::Error> {
        self.write(&[key], |backend, keys| async move { backend.delete(&keys[0]).await }).await
    }

    /// Deletes the values of these keys.
    ///
    /// # Errors
    /// The backend's.
    pub async fn delete_many(&self, keys: &[&str]) -> Result<(), B::Error> {
        let write = |backend, keys: Vec<String>| async move {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            B::delete_many(backend, &keys).await
        };
        self.write(keys, write).await
    }

    fn record(&self, value: V, own: Option<f64>) -> Record<V> {
        self.shared.with(|state, time| Record::new(value, time.stamp_after(state.invalidated), own))
    }

    fn keep_for(&self, own: Option<f64>) -> Option<Duration> {
        let shared = &self.shared;
        Duration::try_from_secs_f64(retention(None, own, shared.settings.expiration, shared.stale_if_error)).ok()
    }

    /// Sends a write when its turn has come. Others wait for it no longer than `lock_timeout`.
    async fn write<'a, F>(&'a self, keys: &[&str], send: impl FnOnce(&'a B, Vec<String>) -> F) -> Result<(), B::Error>
    where
        F: Future<Output = Result<(), B::Error>>,
    {
        let keys: Vec<String> = keys.iter().map(|key| self.shared.mangled(key)).collect();
        let handle = Handle::write(&self.shared, &keys);
        while !handle.may_send() {
            if let Some(wakeup) = handle.wakeup() {
                wakeup.wait().await;
            }
            handle.woken();
        }
        let _alive = handle.beat();
        let mut sending = pin!(send(&self.shared.backend, keys));
        match within(&self.shared, self.shared.settings.lock_timeout, sending.as_mut()).await {
            Some(result) => result, // the handle is dropped, which ends the write
            None => {
                handle.let_pass();
                sending.await
            }
        }
    }
}
