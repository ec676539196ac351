//! The options of a region.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::options::Mangler;
use super::state::State;
use super::{Region, Shared};
use crate::backend::Backend;
use crate::machine::Settings;
use crate::runtime::Runtime;
use crate::tags::TagTimes;

/// The options of a [`Region`], which `build` creates.
pub struct RegionBuilder<V, E, B, R> {
    backend: B,
    runtime: R,
    expiration: Option<f64>,
    lock_timeout: f64,
    stale_if_error: Option<f64>,
    beta: Option<f64>,
    jitter: f64,
    max_tags: Option<usize>,
    mangler: Option<Mangler>,
    types: PhantomData<fn() -> (V, E)>,
}

impl<V, E, B, R> std::fmt::Debug for RegionBuilder<V, E, B, R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RegionBuilder").finish_non_exhaustive()
    }
}

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> RegionBuilder<V, E, B, R> {
    pub(super) fn new(backend: B, runtime: R) -> Self {
        Self {
            backend,
            runtime,
            expiration: None,
            lock_timeout: 30.0,
            stale_if_error: None,
            beta: None,
            jitter: 0.0,
            max_tags: None,
            mangler: None,
            types: PhantomData,
        }
    }

    /// The age at which a value expires, unless the value or the call has its own limit. Default: never.
    #[must_use]
    pub fn expiration(mut self, expiration: Duration) -> Self {
        self.expiration = Some(expiration.as_secs_f64());
        self
    }

    /// How long a load may run before another caller takes over, and how long the backend or a lock may take to respond. Default: 30 seconds.
    #[must_use]
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = lock_timeout.as_secs_f64();
        self
    }

    /// Returns a stale value if the creator fails and the value expired no longer ago than this. Default: the creator's error.
    #[must_use]
    pub fn stale_if_error(mut self, grace: Duration) -> Self {
        self.stale_if_error = Some(grace.as_secs_f64());
        self
    }

    /// Renews a fresh value a little before it expires, the earlier the longer its creation took: `XFetch` (Vattani et al., VLDB 2015). Whether a call does
    /// that is drawn anew for each read of `get_or_create` and `look_up`. `beta`: 1 is usual, more is earlier; what is not above 0 switches it off.
    /// Default: off.
    ///
    /// The caller that renews a value creates it and waits for it, or gets a [`Vacancy`](super::Vacancy) whose `stale` value is the fresh one. Everyone else
    /// gets the fresh value at once. If the creation fails, the caller gets the fresh value, and that is left until it expires. Only values that a creator
    /// of a region with early refresh has made are renewed.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use dogpile::{MemoryBackend, Native, Region};
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let region = Region::builder(MemoryBackend::new(), Native::new(tokio::time::sleep))
    ///     .expiration(Duration::from_secs(60))
    ///     .early_refresh(1.0)
    ///     .jitter(0.1)
    ///     .build();
    /// let value: Result<u32, dogpile::Error<String>> = region.get_or_create("answer", async || Ok(42)).await;
    /// assert_eq!(value, Ok(42));
    /// # });
    /// ```
    #[must_use]
    pub fn early_refresh(mut self, beta: f64) -> Self {
        self.beta = Some(beta).filter(|beta| *beta > 0.0 && beta.is_finite());
        self
    }

    /// The part of its expiration, from 0 to 0.5, by which a value may expire earlier, so that values that were created together do not expire together.
    /// It follows from the creation time: it is the same for everyone who reads the value, and nothing is stored. Default: 0.
    #[must_use]
    pub fn jitter(mut self, part: f64) -> Self {
        self.jitter = part.clamp(0.0, 0.5); // what is NaN then counts as 0
        self
    }

    /// The number of tags whose times of invalidation are kept, at least 1. If there are more, the older half becomes one time that counts for every tag
    /// that is not kept: too much is invalidated then, never too little. Default: 10,000.
    #[must_use]
    pub fn max_tags(mut self, max_tags: usize) -> Self {
        self.max_tags = Some(max_tags);
        self
    }

    /// A function that changes every key before it reaches the backend. Default: none.
    #[must_use]
    pub fn key_mangler(mut self, mangler: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.mangler = Some(Box::new(mangler));
        self
    }

    /// Creates the region.
    pub fn build(self) -> Region<V, E, B, R> {
        let settings = Settings {
            expiration: self.expiration,
            lock_timeout: self.lock_timeout,
            coalesces: true,
            has_locks: self.backend.has_locks(),
            jitter: self.jitter,
            ..Settings::default()
        };
        let mut state = State::new(settings, self.runtime.period().is_some());
        state.tag_times = self.max_tags.map_or(state.tag_times, TagTimes::new);
        state.keeps_took = self.beta.is_some();
        let state = Mutex::new(state);
        let Self { backend, runtime, stale_if_error, beta, mangler, .. } = self;
        Region { shared: Arc::new(Shared { backend, runtime, settings, stale_if_error, beta, mangler, state }) }
    }
}
