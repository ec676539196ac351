//! Records in memory.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::backend::{Backend, NoLock};
use crate::record::Record;
#[cfg(any(feature = "web", not(all(target_arch = "wasm32", target_os = "unknown"))))]
use crate::runtime::now;

mod entries;

use entries::Entries;

/// Stores records in memory, with an optional limit. It is `Send` and `Sync` if the values are.
///
/// If there are more records than the limit, one that was not read lately is removed (SIEVE). Long-expired records are removed gradually, as new
/// ones are written. Values are cloned when they are read: put large ones into an [`Arc`].
///
/// ```
/// use dogpile::{Backend, MemoryBackend, Record};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let backend = MemoryBackend::bounded(1_000);
/// backend.set("key", Record::new("value", 1_700_000_000.0, None), None).await?;
/// assert_eq!(backend.get("key").await?.map(|record| record.value), Some("value"));
/// assert_eq!(backend.len(), 1);
/// # Ok::<(), std::convert::Infallible>(())
/// # }).unwrap();
/// ```
pub struct MemoryBackend<V> {
    entries: Mutex<Entries<Arc<Record<V>>>>,
    max_entries: usize,
    clock: Box<dyn Fn() -> f64 + Send + Sync>,
}

impl<V> MemoryBackend<V> {
    /// Creates a backend without a limit. On `wasm32-unknown-unknown`, where the standard library has no clock, it requires the feature `web`.
    #[cfg(any(feature = "web", not(all(target_arch = "wasm32", target_os = "unknown"))))]
    pub fn new() -> Self {
        Self::with_clock(None, now)
    }

    /// Creates a backend of at most `max_entries` records, at least 1. It requires the same as [`new`](Self::new).
    #[cfg(any(feature = "web", not(all(target_arch = "wasm32", target_os = "unknown"))))]
    pub fn bounded(max_entries: usize) -> Self {
        Self::with_clock(Some(max_entries), now)
    }

    /// Creates a backend with your own clock, which returns seconds since the epoch. `max_entries`: `None` means no limit.
    ///
    /// ```
    /// let backend = dogpile::MemoryBackend::<String>::with_clock(Some(100), || 1_700_000_000.0);
    /// assert!(backend.is_empty());
    /// ```
    pub fn with_clock(max_entries: Option<usize>, clock: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        let max_entries = max_entries.unwrap_or(usize::MAX).max(1);
        Self { entries: Mutex::new(Entries::new(max_entries)), max_entries, clock: Box::new(clock) }
    }

    /// The number of records, including expired ones that are not yet removed.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys of all records, in no particular order. It does not count as a read of the records.
    pub fn keys(&self) -> Vec<String> {
        self.lock().keys().map(str::to_owned).collect()
    }

    /// Deletes all records.
    pub fn clear(&self) {
        let _gone = std::mem::replace(&mut *self.lock(), Entries::new(self.max_entries));
    }

    fn lock(&self) -> MutexGuard<'_, Entries<Arc<Record<V>>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(any(feature = "web", not(all(target_arch = "wasm32", target_os = "unknown"))))]
impl<V> Default for MemoryBackend<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for MemoryBackend<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryBackend").field("max_entries", &self.max_entries).finish_non_exhaustive()
    }
}

/// Values are cloned and dropped outside of the lock, since that is user code, which may call the backend.
impl<V: Clone> Backend<V> for MemoryBackend<V> {
    type Error = Infallible;
    type Lock = NoLock;

    async fn get(&self, key: &str) -> Result<Option<Record<V>>, Infallible> {
        let found = self.lock().get(key).cloned();
        Ok(found.map(Arc::unwrap_or_clone))
    }

    async fn set(&self, key: &str, record: Record<V>, keep_for: Option<Duration>) -> Result<(), Infallible> {
        let (record, now) = (Arc::new(record), (self.clock)());
        let retention = keep_for.map_or(f64::INFINITY, |keep_for| keep_for.as_secs_f64());
        let _gone = self.lock().set(key, record, retention, now);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), Infallible> {
        let _gone = self.lock().delete(key);
        Ok(())
    }
}
