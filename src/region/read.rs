//! `get`: fresh values, without waiting for a load.

use super::operation::{found_in, within};
use super::{CallOptions, Region};
use crate::backend::Backend;
use crate::freshness::Decision;
use crate::record::Record;
use crate::runtime::Runtime;

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// Returns the value under a key, `None` if it is missing, expired or invalidated. It neither waits for a load nor starts one.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get(&self, key: &str) -> Result<Option<V>, B::Error> {
        self.get_with(key, &CallOptions::default()).await
    }

    /// Like [`get`](Self::get), with the call's own expiration. Other options have no effect.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get_with(&self, key: &str, options: &CallOptions) -> Result<Option<V>, B::Error> {
        let key = self.shared.mangled(key);
        let read = within(&self.shared, self.shared.settings.lock_timeout, self.shared.backend.get(&key)).await;
        Ok(self.fresh(read.transpose()?.flatten(), options))
    }

    /// Like [`get`](Self::get) for many keys, in order, with one backend read.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<V>>, B::Error> {
        self.get_many_with(keys, &CallOptions::default()).await
    }

    /// Like [`get_many`](Self::get_many), with the call's own expiration. Other options have no effect.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get_many_with(&self, keys: &[&str], options: &CallOptions) -> Result<Vec<Option<V>>, B::Error> {
        let mangled: Vec<String> = keys.iter().map(|key| self.shared.mangled(key)).collect();
        let mangled: Vec<&str> = mangled.iter().map(String::as_str).collect();
        let read = within(&self.shared, self.shared.settings.lock_timeout, self.shared.backend.get_many(&mangled)).await;
        let mut records = read.transpose()?.unwrap_or_default().into_iter();
        Ok(keys.iter().map(|_| self.fresh(records.next().flatten(), options)).collect())
    }

    fn fresh(&self, record: Option<Record<V>>, options: &CallOptions) -> Option<V> {
        let found = found_in(Ok(record.as_ref()));
        let expiration = options.request(false, 0.0, None).expiration;
        let decision = self.shared.with(|state, time| {
            let found = state.judged(found, record.as_ref(), time);
            state.machine.read(state.region, found, expiration, false, time)
        });
        record.filter(|_| decision == Decision::Fresh).map(|record| record.value)
    }
}
