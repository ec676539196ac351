//! The runtime of native programs: the clocks of the standard library and the timer of the executor.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use super::{Runtime, Wait};

/// A runtime for any executor, made from the executor's function for sleeping.
///
/// ```
/// let runtime = dogpile::Native::new(tokio::time::sleep);
/// ```
///
/// To name its type, for example in a struct, use a function pointer:
///
/// ```
/// use std::time::Duration;
/// use dogpile::{MemoryBackend, Native, Region};
///
/// type Sleep = fn(Duration) -> tokio::time::Sleep;
/// struct App {
///     users: Region<String, String, MemoryBackend<String>, Native<Sleep>>,
/// }
/// let users = Region::builder(MemoryBackend::new(), Native::new(tokio::time::sleep as Sleep)).build();
/// let app = App { users };
/// ```
#[derive(Debug, Clone)]
pub struct Native<S> {
    sleep: S,
    start: Instant,
}

impl<S, F> Native<S>
where
    S: Fn(Duration) -> F,
    F: Future,
{
    /// `sleep` returns a future that ends after the given time.
    pub fn new(sleep: S) -> Self {
        Self { sleep, start: Instant::now() }
    }
}

impl<S, F> Runtime for Native<S>
where
    S: Fn(Duration) -> F,
    F: Future,
{
    type Wakeup = Wait<F>;
    type Beat = ();

    fn now(&self) -> f64 {
        now()
    }

    fn steady(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1_000.0
    }

    fn wakeup(&self, at_latest: Option<Duration>) -> Wait<F> {
        Wait::new(at_latest.map(&self.sleep))
    }

    fn beat(&self, _alive: Box<dyn Fn()>) {}
}

/// Seconds since the epoch.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
