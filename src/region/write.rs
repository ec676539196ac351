//! `set` and `delete`: each write waits for earlier writes of its keys.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;

use super::caller::Handle;
use super::operation::within;
use super::{Region, SetOptions};
use crate::backend::{Backend, Lock};
use crate::freshness::retention;
use crate::record::Record;
use crate::runtime::{Runtime, Wakeup};

/// Seconds from which on a time of creation was pushed ahead by an invalidation.
const PUSHED: f64 = 0.05;

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// Stores a value. If a load of this key is running, its result does not overwrite the value; callers that already wait still receive it.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set(&self, key: &str, value: V) -> Result<(), B::Error> {
        self.set_with(key, value, &SetOptions::default()).await
    }

    /// Like [`set`](Self::set), with the value's own expiration.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set_expiring(&self, key: &str, value: V, expiration: Duration) -> Result<(), B::Error> {
        self.set_with(key, value, &SetOptions::default().expiration(expiration)).await
    }

    /// Like [`set`](Self::set), with options.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set_with(&self, key: &str, value: V, options: &SetOptions) -> Result<(), B::Error> {
        self.store(&[key], vec![self.record(value, options)]).await
    }

    /// Like [`set`](Self::set) for many values. If a key is given twice, its last value is stored.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set_many(&self, entries: Vec<(&str, V)>) -> Result<(), B::Error> {
        self.set_many_with(entries, &SetOptions::default()).await
    }

    /// Like [`set_many`](Self::set_many), with options for all of the values.
    ///
    /// # Errors
    /// The backend's.
    pub async fn set_many_with(&self, entries: Vec<(&str, V)>, options: &SetOptions) -> Result<(), B::Error> {
        let (keys, values): (Vec<&str>, Vec<V>) = entries.into_iter().unzip();
        self.store(&keys, values.into_iter().map(|value| self.record(value, options)).collect()).await
    }

    /// Deletes a value. If a load of this key is running, its result is not stored; callers that already wait still receive it.
    ///
    /// # Errors
    /// The backend's.
    pub async fn delete(&self, key: &str) -> Result<(), B::Error> {
        self.delete_many(&[key]).await
    }

    /// Like [`delete`](Self::delete) for many keys.
    ///
    /// # Errors
    /// The backend's.
    pub async fn delete_many(&self, keys: &[&str]) -> Result<(), B::Error> {
        let backend = &self.shared.backend;
        let delete = |keys: Vec<String>| async move {
            match &keys[..] {
                [key] => backend.delete(key).await,
                keys => backend.delete_many(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await,
            }
        };
        self.write(keys, &[], delete).await
    }

    async fn store(&self, keys: &[&str], records: Vec<Record<V>>) -> Result<(), B::Error> {
        let backend = &self.shared.backend;
        let given: Vec<_> = records.iter().map(|record| (record.clone(), self.keep_for(record.expiration))).collect();
        let set = |keys: Vec<String>| async move {
            let mut entries: Vec<_> = keys.iter().zip(given).map(|(key, (record, keep))| (key.as_str(), record, keep)).collect();
            match entries.pop() {
                Some((key, record, keep_for)) if entries.is_empty() => backend.set(key, record, keep_for).await,
                last => {
                    entries.extend(last);
                    backend.set_many(entries).await
                }
            }
        };
        self.write(keys, &records, set).await
    }

    /// A record that is created now. Where an invalidation has pushed its time ahead, it has the difference, since tags count from its birth.
    fn record(&self, value: V, options: &SetOptions) -> Record<V> {
        self.shared.with(|state, time| {
            let born = time.birth();
            let created = time.stamp_after(state.invalidated);
            let mut record = Record::new(value, created, options.expiration);
            record.took = Some(created - born).filter(|took| *took > PUSHED && !options.tags.is_empty());
            record.tags.clone_from(&options.tags);
            record
        })
    }

    fn keep_for(&self, own: Option<f64>) -> Option<Duration> {
        let shared = &self.shared;
        Duration::try_from_secs_f64(retention(None, own, shared.settings.expiration, shared.stale_if_error)).ok()
    }

    /// Sends a write when it is its turn. Later writes wait for it no longer than `lock_timeout`. `records`: those to store, none to delete.
    async fn write<F>(&self, keys: &[&str], records: &[Record<V>], send: impl FnOnce(Vec<String>) -> F) -> Result<(), B::Error>
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
        let mut sending = pin!(send(keys.clone()));
        let written = if let Some(written) = within(&self.shared, self.shared.settings.lock_timeout, sending.as_mut()).await {
            written
        } else {
            handle.let_pass();
            sending.await
        };
        handle.let_pass();
        self.supersede(&keys, if written.is_ok() { records } else { &[] }).await;
        written
    }

    /// Replaces what the backend's lock hands over to its next holder. After a failed write that is nothing, since the store's content is unknown.
    async fn supersede(&self, keys: &[String], records: &[Record<V>]) {
        let shared = &self.shared;
        if !shared.settings.has_locks {
            return;
        }
        let locks = keys.iter().enumerate().filter_map(|(place, key)| Some((shared.backend.lock(key)?, records.get(place))));
        let tell = |(mut lock, record): (B::Lock, Option<_>)| async move {
            within(shared, shared.settings.lock_timeout, lock.supersede(record)).await;
        };
        join_all(locks.map(tell)).await;
    }
}
