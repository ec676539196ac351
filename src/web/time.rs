//! Clocks and timers.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Date, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::bindings::{clear_interval, clear_timeout, performance_now, set_interval, set_timeout};
use super::error::WebError;
use crate::runtime::Wakeup;

/// A timer with a longer delay fires at once: HTML, "timer initialisation steps".
const LONGEST: f64 = 2_147_483_647.0;

/// Seconds since the epoch.
pub(crate) fn now() -> f64 {
    Date::now() / 1_000.0
}

/// Milliseconds on a monotonic clock.
pub(super) fn steady() -> f64 {
    performance_now().unwrap_or_else(|_| Date::now())
}

/// A timer that stops when it is dropped.
#[derive(Debug)]
pub(super) struct Timer(JsValue);

impl Timer {
    pub fn start(act: &Function, after: Duration) -> Self {
        Self(set_timeout(act, (after.as_secs_f64() * 1_000.0).min(LONGEST)))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}

/// Calls a function periodically until it is dropped.
#[derive(Debug)]
pub struct Interval {
    timer: JsValue,
    is_over: Rc<Cell<bool>>,
}

impl Interval {
    /// On Workers the timer of another request cannot be stopped: it no longer calls `act`.
    pub(super) fn start(act: impl Fn() + 'static, period: Duration) -> Self {
        let is_over = Rc::new(Cell::new(false));
        let over = is_over.clone();
        let act = Closure::<dyn Fn()>::new(move || {
            if !over.get() {
                act();
            }
        });
        let timer = set_interval(act.into_js_value().unchecked_ref(), period.as_secs_f64() * 1_000.0);
        Self { timer, is_over }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        self.is_over.set(true);
        clear_interval(&self.timer);
    }
}

/// A wait on a JavaScript promise, resolved by a waker or by a timer. Both runtimes use it.
#[derive(Debug)]
pub struct Alarm {
    promise: Promise,
    ring: Function,
    timer: Option<Timer>,
}

impl Alarm {
    pub(super) fn new(at_latest: Option<Duration>) -> Self {
        let (promise, ring) = promise();
        let timer = at_latest.map(|after| Timer::start(&ring, after));
        Self { promise, ring, timer }
    }
}

impl Wakeup for Alarm {
    type Waker = Box<dyn FnOnce()>;

    fn waker(&self) -> Self::Waker {
        let ring = self.ring.clone();
        Box::new(move || call(&ring))
    }

    async fn wait(self) {
        let _ = JsFuture::from(self.promise).await; // never rejects
        drop(self.timer);
    }
}

/// A promise and its resolve function.
pub(super) fn promise() -> (Promise, Function) {
    let mut kept = Function::from(JsValue::UNDEFINED);
    let promise = Promise::new(&mut |resolve, _| kept = resolve);
    (promise, kept)
}

/// Calls a function that is known not to throw.
pub(super) fn call(function: &Function) {
    let _ = function.call0(&JsValue::UNDEFINED);
}

pub(super) async fn sleep(length: Duration) {
    Alarm::new(Some(length)).wait().await;
}

/// Awaits a future with a time limit.
pub(super) async fn within<F, T>(length: Duration, future: F) -> Result<T, WebError>
where
    F: Future<Output = Result<T, WebError>>,
{
    match select(pin!(future), pin!(sleep(length))).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => Err(WebError::new("TimeoutError", "there was no response in time")),
    }
}

/// Awaits a promise.
pub(super) async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue, WebError> {
    Ok(JsFuture::from(promise?).await?)
}
