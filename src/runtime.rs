//! What a region needs of the host it runs on: clocks, and a way to wait.

use std::future::Future;
use std::time::Duration;

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod native;
mod wait;

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub use native::Native;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(crate) use native::now;
pub use wait::Wait;

/// The clocks of a host, and how something waits there. [`Native`] is for executors of native programs.
pub trait Runtime {
    /// One wait.
    type Wakeup: Wakeup;
    /// What keeps a request seen alive until it is dropped; `()` where a request that ends drops its futures.
    type Beat;

    /// Seconds since the epoch.
    fn now(&self) -> f64;

    /// Milliseconds on a clock that nobody sets.
    fn steady(&self) -> f64;

    /// A wait that ends when it is woken, or after this time; `None` is never.
    fn wakeup(&self, at_latest: Option<Duration>) -> Self::Wakeup;

    /// How often a request says that it is alive, where it may end without its futures being dropped: on Workers. By default never.
    fn period(&self) -> Option<Duration> {
        None
    }

    /// Calls `alive` in each [`period`](Self::period), without being polled, until what it gives is dropped.
    fn beat(&self, alive: Box<dyn Fn()>) -> Self::Beat;
}

/// One wait.
pub trait Wakeup {
    /// Ends the wait; from wherever it is called, and whenever.
    type Waker: FnOnce() + 'static;

    /// What ends this wait.
    fn waker(&self) -> Self::Waker;

    /// Waits.
    fn wait(self) -> impl Future<Output = ()>;
}
