//! The region for Rust: an asynchronous driver of the state machine. It spawns no tasks: each future does the work of its own call.
//!
//! | file | contents |
//! |---|---|
//! | `builder`, `options` | options of a region and of a call |
//! | `state`, `effects` | the machine, the objects behind its numbers, and how each effect is handled |
//! | `caller` | the tasks and results of one future |
//! | `drive` | runs the tasks of a call until it has its answer |
//! | `tasks` | converts effects to tasks, and results to events |
//! | `operation` | one operation that a future awaits: a read, a lock, a write |
//! | `lookup`, `vacancy` | loading without a closure |
//! | `many` | `get_or_create_many` |
//! | `early` | which call renews a fresh value before it expires |
//! | `tags` | what is invalidated by its tags |
//! | `read`, `write` | `get`; `set` and `delete` |

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;

use crate::backend::Backend;
use crate::machine::{Counts, Settings, Time};
use crate::runtime::{Runtime, Wakeup};

mod builder;
mod caller;
mod drive;
mod early;
mod effects;
mod error;
mod lookup;
mod many;
mod operation;
mod options;
mod read;
mod state;
mod tags;
mod tasks;
mod vacancy;
mod write;

pub use builder::RegionBuilder;
pub use error::Error;
pub use lookup::Lookup;
pub use options::{CallOptions, Invalidate, SetOptions};
pub use vacancy::Vacancy;

use caller::Handle;
use drive::{Answer, Driven, drive};
use operation::within;
use options::Mangler;
use state::State;

type Waker<R> = <<R as Runtime>::Wakeup as Wakeup>::Waker;

/// The state that all clones of a region share.
struct Shared<V, E, B: Backend<V>, R: Runtime> {
    backend: B,
    runtime: R,
    settings: Settings,
    stale_if_error: Option<f64>,
    /// Of early refresh, if there is any.
    beta: Option<f64>,
    mangler: Option<Mangler>,
    state: Mutex<State<V, E, B::Lock, Waker<R>>>,
}

/// A cache that computes each value once, however many callers ask. It is cheap to clone; all clones share one state.
///
/// ```
/// use std::time::Duration;
/// use dogpile::{MemoryBackend, Native, Region};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let region = Region::builder(MemoryBackend::new(), Native::new(tokio::time::sleep))
///     .expiration(Duration::from_secs(60))
///     .build();
/// let value: Result<u32, dogpile::Error<String>> = region.get_or_create("answer", async || Ok(42)).await;
/// assert_eq!(value, Ok(42));
/// # });
/// ```
pub struct Region<V, E, B: Backend<V>, R: Runtime> {
    shared: Arc<Shared<V, E, B, R>>,
}

impl<V, E, B: Backend<V>, R: Runtime> Clone for Region<V, E, B, R> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<V, E, B: Backend<V>, R: Runtime> std::fmt::Debug for Region<V, E, B, R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Region").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// Creates a builder for a region over a backend. [`RegionBuilder`] has the options.
    pub fn builder(backend: B, runtime: R) -> RegionBuilder<V, E, B, R> {
        RegionBuilder::new(backend, runtime)
    }

    /// Returns the value under a key, and calls `create` to load it if it is missing or stale. Concurrent callers share one load: they wait for it, or
    /// get the stale value at once.
    ///
    /// `create` runs inside this future. If the future is dropped, or the load takes longer than `lock_timeout`, a waiting caller takes over.
    ///
    /// # Errors
    /// [`Error::Creator`] with the error of `create`, for all waiting callers; [`Error::TimedOut`] if two loads in a row took longer than
    /// `lock_timeout`.
    pub async fn get_or_create(&self, key: &str, create: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, Error<E>> {
        self.get_or_create_with(key, &CallOptions::default(), create).await
    }

    /// Like [`get_or_create`](Self::get_or_create), with options.
    ///
    /// # Errors
    /// Like [`get_or_create`](Self::get_or_create).
    pub async fn get_or_create_with(
        &self,
        key: &str,
        options: &CallOptions,
        create: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, Error<E>> {
        let handle = Handle::call(&self.shared, &[self.shared.mangled(key)], options, false);
        let mut create = Some(create);
        let mut creation = None;
        let driven = drive(&handle, |_| {
            let create = create.take()?;
            creation = Some(async move { create().await.map(|value| vec![value]) }.shared());
            creation.clone()
        });
        match (driven.await, creation) {
            (Driven::Vacant(_), Some(creation)) => self.finish_alone(handle, creation).await,
            (driven, _) => answers_of(driven)?.first().map(Answer::value).ok_or(Error::Incomplete),
        }
    }

    /// Waits for the call's own creator once more, after another caller took over and was dropped. The call does not lead again, because its load
    /// started before the others came; they load without it.
    async fn finish_alone(
        &self,
        handle: Handle<V, E, B, R>,
        creation: impl Future<Output = Result<Vec<V>, E>>,
    ) -> Result<V, Error<E>> {
        drop(handle);
        let created = within(&self.shared, self.shared.settings.lock_timeout, creation).await;
        let values = created.ok_or(Error::TimedOut)?.map_err(Error::Creator)?;
        values.into_iter().next().ok_or(Error::Incomplete)
    }

    /// Looks up a key without a closure: one caller gets a [`Vacancy`] and creates the value; the others wait for it, or get the stale value.
    ///
    /// ```
    /// # use dogpile::{Lookup, MemoryBackend, Native, Region};
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let region: Region<u32, String, _, _> = Region::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    /// match region.look_up("key").await {
    ///     Lookup::Fresh(value) | Lookup::Stale(value) | Lookup::Joined(Ok(value)) => println!("{value}"),
    ///     Lookup::Joined(Err(error)) => println!("{error}"),
    ///     Lookup::Vacant(vacancy) => vacancy.fill(42).await.unwrap(),
    /// }
    /// # });
    /// ```
    pub async fn look_up(&self, key: &str) -> Lookup<V, E, B, R> {
        self.look_up_with(key, &CallOptions::default()).await
    }

    /// Like [`look_up`](Self::look_up), with options.
    pub async fn look_up_with(&self, key: &str, options: &CallOptions) -> Lookup<V, E, B, R> {
        lookup::look_up(Handle::call(&self.shared, &[self.shared.mangled(key)], options, false)).await
    }

    /// Invalidates all values that were created until now. It takes effect before it returns.
    pub fn invalidate(&self, how: Invalidate) {
        self.shared.act(|state, time| {
            let stamp = time.stamp();
            state.invalidated = state.invalidated.max(stamp);
            state.machine.invalidate(state.region, how == Invalidate::Hard, stamp, time);
        });
    }

    /// Whether a load of this key is running in this region.
    pub fn key_is_locked(&self, key: &str) -> bool {
        let key = self.shared.mangled(key);
        self.shared
            .with(|state, time| state.number(&key).is_some_and(|number| state.machine.is_locked(state.region, number, time)))
    }

    /// Returns the counters of the region.
    pub fn counts(&self) -> Counts {
        self.shared.with(|state, _| state.machine.counts(state.region))
    }

    /// Returns the numbers of keys, calls, flights, creator calls, locks and writes in progress. All are 0 when the region is idle.
    pub fn sizes(&self) -> [usize; 6] {
        self.shared.with(|state, _| state.machine.sizes())
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.shared.backend
    }
}

/// The outcome of a call with a creator.
fn answers_of<V, E: Clone, F>(driven: Driven<V, E, F>) -> Result<Vec<Answer<V>>, Error<E>> {
    match driven {
        Driven::Answered(answers, _) => answers.map_err(Error::into_own),
        Driven::Vacant(_) => Err(Error::Incomplete),
    }
}

impl<V, E, B: Backend<V>, R: Runtime> Shared<V, E, B, R> {
    fn mangled(&self, key: &str) -> String {
        self.mangler.as_ref().map_or_else(|| key.to_owned(), |mangler| mangler(key))
    }

    fn lock(&self) -> MutexGuard<'_, State<V, E, B::Lock, Waker<R>>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
