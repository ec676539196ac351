//! `get`: what is fresh, without waiting for anybody's creation.

use super::operation::{found_in, within};
use super::{CallOptions, Region};
use crate::backend::Backend;
use crate::freshness::Decision;
use crate::record::Record;
use crate::runtime::Runtime;

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// The fresh value under a key, if there is one. It neither waits for a creation nor begins one.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get(&self, key: &str) -> Result<Option<V>, B::Error> {
        self.get_with(key, &CallOptions::default()).await
    }

    /// The same, by an expiration of the call's own; its other options say nothing here.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get_with(&self, key: &str, options: &CallOptions) -> Result<Option<V>, B::Error> {
        let key = self.shared.mangled(key);
        let read = within(&self.shared, self.shared.settings.lock_timeout, self.shared.backend.get(&key)).await;
        Ok(self.fresh(read.transpose()?.flatten(), options))
    }

    /// The fresh value under each of these keys, in their order, if there is one.
    ///
    /// # Errors
    /// The backend's.
    pub async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<V>>, B::Error> {
        self.get_many_with(keys, &CallOptions::default()).await
    }

    /// The same, by an expiration of the call's own; its other options say nothing here.
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
        let decision = self.shared.with(|state, time| state.machine.read(state.region, found, expiration, false, time));
        record.filter(|_| decision == Decision::Fresh).map(|record| record.value)
    }
}
