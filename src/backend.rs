//! The traits of a store and of its locks.

use std::future::Future;
use std::time::Duration;

use crate::machine::LockAnswer;
use crate::record::Record;

/// A store of records. A region calls it with mangled keys, and never sends two writes of one key at the same time.
///
/// No method is awaited longer than the region's `lock_timeout`. A read that fails or does not respond counts as a miss.
/// The futures need not be `Send`; if they are, the region can be used from several threads.
///
/// ```
/// use std::{cell::RefCell, collections::HashMap, convert::Infallible, time::Duration};
/// use dogpile::{Backend, NoLock, Record};
///
/// #[derive(Default)]
/// struct Store(RefCell<HashMap<String, Record<u32>>>);
///
/// impl Backend<u32> for Store {
///     type Error = Infallible;
///     type Lock = NoLock;
///
///     async fn get(&self, key: &str) -> Result<Option<Record<u32>>, Infallible> {
///         Ok(self.0.borrow().get(key).cloned())
///     }
///     async fn set(&self, key: &str, record: Record<u32>, _keep_for: Option<Duration>) -> Result<(), Infallible> {
///         self.0.borrow_mut().insert(key.to_owned(), record);
///         Ok(())
///     }
///     async fn delete(&self, key: &str) -> Result<(), Infallible> {
///         self.0.borrow_mut().remove(key);
///         Ok(())
///     }
/// }
/// ```
pub trait Backend<V> {
    /// The error of the store.
    type Error;
    /// The lock of a key that other tabs, isolates or processes share; [`NoLock`] if there is none.
    type Lock: Lock<V>;

    /// Returns the record under a key, `None` if there is none.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Record<V>>, Self::Error>>;

    /// Stores a record. `keep_for`: the TTL to give the store, long enough that a stale copy remains; `None` means no limit.
    fn set(&self, key: &str, record: Record<V>, keep_for: Option<Duration>) -> impl Future<Output = Result<(), Self::Error>>;

    /// Deletes the record under a key, if there is one.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), Self::Error>>;

    /// Returns the records under these keys, in order. The default reads one after another.
    fn get_many(&self, keys: &[&str]) -> impl Future<Output = Result<Vec<Option<Record<V>>>, Self::Error>> {
        async move {
            let mut records = Vec::with_capacity(keys.len());
            for key in keys {
                records.push(self.get(key).await?);
            }
            Ok(records)
        }
    }

    /// Stores these records, each with its TTL. The default writes one after another.
    fn set_many(&self, entries: Vec<(&str, Record<V>, Option<Duration>)>) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            for (key, record, keep_for) in entries {
                self.set(key, record, keep_for).await?;
            }
            Ok(())
        }
    }

    /// Deletes the records under these keys. The default deletes one after another.
    fn delete_many(&self, keys: &[&str]) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            for key in keys {
                self.delete(key).await?;
            }
            Ok(())
        }
    }

    /// Whether the store has locks; if not, [`lock`](Self::lock) is never called. Default: `false`.
    fn has_locks(&self) -> bool {
        false
    }

    /// Returns the lock of a key, not yet acquired; `None` if the key has none.
    fn lock(&self, _key: &str) -> Option<Self::Lock> {
        None
    }
}

/// The lock of one key, shared with other tabs, isolates or processes. Dropping it releases it.
pub trait Lock<V> {
    /// Acquires the lock. `wait: false` fails at once if it is held. Dropping the future cancels the request.
    fn acquire(&mut self, wait: bool) -> impl Future<Output = LockAnswer>;

    /// Returns the record that the last holder left, once the lock is acquired. It is used like a record that was read.
    fn handed_over(&mut self) -> Option<Record<V>> {
        None
    }

    /// Reports a `set` or `delete` made without the lock: the next holder is handed the record that was set, or nothing. The default does nothing.
    fn supersede(&mut self, _stored: Option<&Record<V>>) -> impl Future<Output = ()> {
        async {}
    }

    /// Releases the lock. `stored`: the record that was created and stored under it, for the next holder.
    fn release(self, stored: Option<&Record<V>>) -> impl Future<Output = ()>;
}

/// The lock type of a backend without locks.
#[derive(Debug, Clone, Copy)]
pub enum NoLock {}

impl<V> Lock<V> for NoLock {
    async fn acquire(&mut self, _wait: bool) -> LockAnswer {
        match *self {}
    }

    async fn release(self, _stored: Option<&Record<V>>) {
        match self {}
    }
}
