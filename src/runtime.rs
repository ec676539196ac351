//! The clocks and timers that a region needs from its host.

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod native;
mod wait;

#[cfg(all(feature = "web", target_arch = "wasm32", target_os = "unknown"))]
pub(crate) use crate::web::now;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub use native::Native;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(crate) use native::now;
pub use wait::Wait;

/// The clocks and timers of a host. [`Native`] is for the executors of native programs.
pub trait Runtime {
    /// One wait.
    type Wakeup: Wakeup;
    /// The heartbeat of a request, which ends when this is dropped; `()` on hosts where a request that ends drops its futures.
    type Beat;

    /// Seconds since the epoch.
    fn now(&self) -> f64;

    /// Milliseconds on a monotonic clock.
    fn steady(&self) -> f64;

    /// Creates a wait that ends when it is woken, or after this time; `None` means no limit.
    fn wakeup(&self, at_latest: Option<Duration>) -> Self::Wakeup;

    /// The interval of a request's heartbeat, on hosts where a request may end without its futures being dropped (Workers). Default: `None`.
    fn period(&self) -> Option<Duration> {
        None
    }

    /// A random number from 0 to below 1, for early refresh. It need not be secret. Default: from the seeds of the standard library's hash maps.
    fn random(&self) -> f64 {
        let bits = RandomState::new().build_hasher().finish();
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Calls `alive` in each [`period`](Self::period), without being polled, until the returned value is dropped.
    fn beat(&self, alive: Box<dyn Fn()>) -> Self::Beat;
}

/// One wait.
pub trait Wakeup {
    /// A function that ends the wait. It may be called from anywhere, at any time.
    type Waker: FnOnce() + 'static;

    /// Returns the function that ends this wait.
    fn waker(&self) -> Self::Waker;

    /// Waits.
    fn wait(self) -> impl Future<Output = ()>;
}
