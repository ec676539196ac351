//! The runtime of native programs: the standard library's clocks and the executor's own timer.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::poll_fn;
use futures_util::task::AtomicWaker;

use super::{Runtime, Wakeup};

/// A runtime over any executor: it is told how to sleep there.
///
/// ```
/// # async fn example() {
/// let runtime = dogpile::Native::new(tokio::time::sleep);
/// # }
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
    /// `sleep`: a future that ends after so long.
    pub fn new(sleep: S) -> Self {
        Self { sleep, start: Instant::now() }
    }
}

impl<S, F> Runtime for Native<S>
where
    S: Fn(Duration) -> F,
    F: Future,
{
    type Wakeup = NativeWakeup<F>;
    type Beat = ();

    fn now(&self) -> f64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
    }

    fn steady(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1_000.0
    }

    fn wakeup(&self, at_latest: Option<Duration>) -> NativeWakeup<F> {
        NativeWakeup { signal: Arc::default(), sleep: at_latest.map(&self.sleep) }
    }

    fn beat(&self, _alive: Box<dyn Fn()>) {}
}

/// One wait of [`Native`].
#[derive(Debug)]
pub struct NativeWakeup<F> {
    signal: Arc<Signal>,
    sleep: Option<F>,
}

#[derive(Debug, Default)]
struct Signal {
    is_set: AtomicBool,
    waker: AtomicWaker,
}

/// Ends one wait of [`Native`].
pub type NativeWaker = Box<dyn FnOnce() + Send + Sync>;

impl<F: Future> Wakeup for NativeWakeup<F> {
    type Waker = NativeWaker;

    fn waker(&self) -> NativeWaker {
        let signal = self.signal.clone();
        Box::new(move || {
            signal.is_set.store(true, Ordering::Release);
            signal.waker.wake();
        })
    }

    async fn wait(self) {
        let mut sleep = pin!(self.sleep);
        poll_fn(|context| {
            self.signal.waker.register(context.waker());
            if self.signal.is_set.load(Ordering::Acquire) {
                return Poll::Ready(());
            }
            match sleep.as_mut().as_pin_mut() {
                Some(sleep) => sleep.poll(context).map(|_| ()),
                None => Poll::Pending,
            }
        })
        .await;
    }
}
