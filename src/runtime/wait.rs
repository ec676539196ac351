//! A wait that uses the wakers of the executor.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::task::AtomicWaker;

use super::Wakeup;

/// A wait that ends when it is woken or when a sleep ends, for runtimes whose executor may be woken from any thread.
///
/// ```
/// let wait = dogpile::runtime::Wait::new(None::<std::future::Pending<()>>);
/// ```
#[derive(Debug)]
pub struct Wait<F> {
    signal: Arc<Signal>,
    sleep: Option<F>,
}

#[derive(Debug, Default)]
struct Signal {
    is_set: AtomicBool,
    waker: AtomicWaker,
}

impl<F: Future> Wait<F> {
    /// `sleep` ends the wait at the latest; `None` means no limit.
    pub fn new(sleep: Option<F>) -> Self {
        Self { signal: Arc::default(), sleep }
    }
}

impl<F: Future> Wakeup for Wait<F> {
    type Waker = Box<dyn FnOnce() + Send + Sync>;

    fn waker(&self) -> Self::Waker {
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
