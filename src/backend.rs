//! What keeps the records: the trait that a store implements, and the locks that it may have.

use std::future::Future;
use std::time::Duration;

use crate::machine::LockAnswer;
use crate::record::Record;

/// A store of records. A region calls it with mangled keys, never twice at once for the writes of one key.
///
/// No method is waited for longer than the region's `lock_timeout`. A read that fails or does not answer is a miss.
/// The futures are not required to be `Send`: a region over a backend whose futures are, can be used from several threads.
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
    /// How the store fails.
    type Error;
    /// The lock of a key that reaches beyond this region, to other tabs, isolates or processes; [`NoLock`] where there is none.
    type Lock: Lock<V>;

    /// The record under a key, `None` if there is none.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Record<V>>, Self::Error>>;

    /// Keeps a record. `keep_for`: after so long nobody will ask for it any more; `None` is never.
    fn set(&self, key: &str, record: Record<V>, keep_for: Option<Duration>) -> impl Future<Output = Result<(), Self::Error>>;

    /// Removes the record of a key, if there is one.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), Self::Error>>;

    /// The records under these keys, in their order. By default one after another.
    fn get_many(&self, keys: &[&str]) -> impl Future<Output = Result<Vec<Option<Record<V>>>, Self::Error>> {
        async move {
            let mut records = Vec::with_capacity(keys.len());
            for key in keys {
                records.push(self.get(key).await?);
            }
            Ok(records)
        }
    }

    /// Keeps these records, each for as long as it says. By default one after another.
    fn set_many(&self, entries: Vec<(&str, Record<V>, Option<Duration>)>) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            for (key, record, keep_for) in entries {
                self.set(key, record, keep_for).await?;
            }
            Ok(())
        }
    }

    /// Removes the records of these keys. By default one after another.
    fn delete_many(&self, keys: &[&str]) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            for key in keys {
                self.delete(key).await?;
            }
            Ok(())
        }
    }

    /// Whether [`lock`](Self::lock) is to be asked at all.
    fn has_locks(&self) -> bool {
        false
    }

    /// The lock of a key, not yet acquired; `None` if this key has none.
    fn lock(&self, _key: &str) -> Option<Self::Lock> {
        None
    }
}

/// The lock of one key, which reaches beyond this region. Dropped, it is released.
pub trait Lock<V> {
    /// Acquires it: at once or not at all, unless it is to `wait`. Dropped before it has answered, it asks no longer.
    fn acquire(&mut self, wait: bool) -> impl Future<Output = LockAnswer>;

    /// What the last holder left for the next one, once acquired. It is judged as if it had been read.
    fn handed_over(&mut self) -> Option<Record<V>> {
        None
    }

    /// Tells it that `set` or `delete` have written past it: the next holder is handed over what they stored, or nothing. By default nobody is told.
    fn supersede(&mut self, _stored: Option<&Record<V>>) -> impl Future<Output = ()> {
        async {}
    }

    /// Releases it. `stored`: what was created and stored under it, for the next holder.
    fn release(self, stored: Option<&Record<V>>) -> impl Future<Output = ()>;
}

/// The lock of a backend that has none.
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
