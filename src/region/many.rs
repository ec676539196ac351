//! `get_or_create_many`: one call for many keys.

use std::future::Future;

use super::caller::Handle;
use super::drive::drive;
use super::{CallOptions, Error, Region, answers_of};
use crate::backend::Backend;
use crate::runtime::Runtime;

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// Returns the values under these keys, in order. `create` is called once, with the keys that nobody else is loading, and returns a value for each
    /// of them. If the backend has locks, it is called once for each group of keys whose locks are acquired together.
    ///
    /// ```
    /// # use dogpile::{MemoryBackend, Native, Region};
    /// # tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap().block_on(async {
    /// # let region: Region<usize, String, _, _> = Region::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    /// let factor = 10; // the closure borrows it: `async |keys|`, not `async move`
    /// let task = async move {
    ///     let create = async |keys: Vec<&str>| Ok(keys.iter().map(|key| key.len() * factor).collect());
    ///     region.get_or_create_many(&["a", "bb"], create).await
    /// };
    /// assert_eq!(tokio::spawn(task).await.unwrap(), Ok(vec![10, 20]));
    /// # });
    /// ```
    ///
    /// # Errors
    /// Like [`get_or_create`](Self::get_or_create); [`Error::Incomplete`] if `create` returned another number of values.
    pub async fn get_or_create_many<'k, F: Future<Output = Result<Vec<V>, E>>>(
        &self,
        keys: &[&'k str],
        create: impl FnMut(Vec<&'k str>) -> F,
    ) -> Result<Vec<V>, Error<E>> {
        self.get_or_create_many_with(keys, &CallOptions::default(), create).await
    }

    /// Like [`get_or_create_many`](Self::get_or_create_many), with options.
    ///
    /// # Errors
    /// Like [`get_or_create_many`](Self::get_or_create_many).
    pub async fn get_or_create_many_with<'k, F: Future<Output = Result<Vec<V>, E>>>(
        &self,
        keys: &[&'k str],
        options: &CallOptions,
        mut create: impl FnMut(Vec<&'k str>) -> F,
    ) -> Result<Vec<V>, Error<E>> {
        let mut entries: Vec<(String, &'k str)> = keys.iter().map(|key| (self.shared.mangled(key), *key)).collect();
        entries.sort_unstable();
        entries.dedup_by(|one, other| one.0 == other.0);
        let mangled: Vec<String> = entries.iter().map(|(key, _)| key.clone()).collect();
        let handle = Handle::call(&self.shared, &mangled, options, true);
        let driven = drive(&handle, |seats| Some(create(seats.into_iter().map(|seat| entries[seat].1).collect())));
        let answers = answers_of(driven.await)?;
        let value = |key: &&str| Some(answers.get(mangled.binary_search(&self.shared.mangled(key)).ok()?)?.value());
        keys.iter().map(value).collect::<Option<_>>().ok_or(Error::Incomplete)
    }
}
