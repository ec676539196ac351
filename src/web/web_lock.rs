//! A lock across the tabs and workers of an origin, by the Web Locks API.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::bindings::{LockManager, global, member, object};
use super::error::WebError;
use super::leaver::Leaver;
use super::time::{Timer, call, promise, settled, sleep};
use crate::backend::Lock;
use crate::machine::LockAnswer;
use crate::record::Record;

/// Seconds that a lock is held at most: the load may take longer, but waiters do not.
const LEASE: Duration = Duration::from_secs(30);
/// The time between two checks of a queue, and their maximum number.
const LOOK: Duration = Duration::from_secs(2);
const LOOKS: usize = 15;
/// The time between the two checks of a caller that does not wait.
const GLANCE: Duration = Duration::from_millis(50);
/// WebKit's limit of characters in a name is 1024.
const LONGEST: usize = 900;

/// A lock across the tabs and workers of an origin, by the Web Locks API. The npm package uses the same lock under the same name.
///
/// It is held for at most 30 seconds, and is released when its page enters the back/forward cache. Browsers may fail to wake the waiters behind such a page:
/// a queue without a holder is therefore taken over by stealing. A lock that is held is never stolen.
///
/// ```no_run
/// use dogpile::web::WebLock;
/// use dogpile::{Lock, LockAnswer};
///
/// # async fn example() {
/// let Some(mut lock) = WebLock::new("mine") else { return };
/// if Lock::<()>::acquire(&mut lock, true).await == LockAnswer::Granted {
///     // no other tab or worker of this origin holds the lock
/// }
/// drop(lock);
/// # }
/// ```
#[derive(Debug)]
pub struct WebLock {
    locks: LockManager,
    name: String,
    hold: Option<Hold>,
}

impl WebLock {
    /// Returns the lock of this name, not yet acquired. `None` if there are no Web Locks, as on pages that are not served by https.
    pub fn new(name: &str) -> Option<Self> {
        let locks = member(&global("navigator")?, "locks")?.unchecked_into();
        Some(Self { locks, name: shortened(name), hold: None })
    }

    /// Waits for the lock, at most as long as a lock may be held.
    async fn wait(&self) -> Result<Option<Hold>, WebError> {
        let asking = pin!(self.request(&self.name, How::Wait));
        let watching = pin!(self.watch());
        match select(asking, watching).await {
            Either::Left((hold, _)) | Either::Right((hold, _)) => hold,
        }
    }

    async fn try_once(&self) -> Result<Option<Hold>, WebError> {
        let hold = self.request(&self.name, How::IfAvailable).await?;
        if hold.is_some() || self.is_held().await? {
            return Ok(hold);
        }
        sleep(GLANCE).await;
        if self.is_held().await? { Ok(None) } else { self.steal().await }
    }

    /// Checks the queue periodically; if it has no holder twice in a row, it is orphaned.
    async fn watch(&self) -> Result<Option<Hold>, WebError> {
        let mut seen_without = 0;
        for _ in 0..LOOKS {
            sleep(LOOK).await;
            seen_without = if self.is_held().await? { 0 } else { seen_without + 1 };
            if seen_without > 1
                && let Some(hold) = self.steal().await?
            {
                return Ok(Some(hold));
            }
        }
        Ok(None)
    }

    /// One at a time, so that none steals from the previous thief.
    async fn steal(&self) -> Result<Option<Hold>, WebError> {
        let guard = self.request(&format!("{} orphaned", self.name), How::IfAvailable).await?;
        if guard.is_none() || self.is_held().await? {
            return Ok(None);
        }
        self.request(&self.name, How::Steal).await
    }

    async fn is_held(&self) -> Result<bool, WebError> {
        let all = settled(self.locks.query()).await?;
        let held = member(&all, "held").map(|held| Array::from(&held)).unwrap_or_default();
        Ok(held.iter().any(|lock| member(&lock, "name").is_some_and(|name| name == *self.name)))
    }

    /// Requests the lock. Dropping the future withdraws the request.
    async fn request(&self, name: &str, how: How) -> Result<Option<Hold>, WebError> {
        let (holding, end) = promise();
        let (answer, tell) = promise();
        let granted = Closure::once(move |lock: JsValue| -> JsValue {
            let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::from(!lock.is_null()));
            if lock.is_null() { JsValue::UNDEFINED } else { holding.into() }
        });
        let asking = Asking::begin(how)?;
        let mut hold = Hold { end, ended: Promise::resolve(&JsValue::UNDEFINED), when_over: None, asking: Some(asking) };
        let options = hold.asking.as_ref().map(|asking| asking.options.clone()).unwrap_or_default();
        hold.ended = self.locks.request(name, &options, granted.into_js_value().unchecked_ref())?;
        let is_granted = match select(JsFuture::from(answer), JsFuture::from(hold.ended.clone())).await {
            Either::Left((answer, _)) => answer?.is_truthy(),
            Either::Right((ended, _)) => ended.map(|_| false)?,
        };
        hold.when_over = Some((Timer::start(&hold.end, LEASE), Leaver::new(&hold.end)));
        hold.asking = None;
        Ok(is_granted.then_some(hold))
    }
}

/// The options of a lock request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Wait,
    IfAvailable,
    Steal,
}

/// A pending request. Dropping it withdraws it.
#[derive(Debug)]
struct Asking {
    options: Object,
    withdrawal: Option<(AbortController, Leaver)>,
}

impl Asking {
    fn begin(how: How) -> Result<Self, WebError> {
        if how != How::Wait {
            let option = if how == How::Steal { "steal" } else { "ifAvailable" };
            return Ok(Self { options: object(&[(option, true.into())]), withdrawal: None });
        }
        let controller = AbortController::new()?;
        let options = object(&[("signal", controller.signal().into())]);
        let abort = member(&controller, "abort").map(|abort| abort.unchecked_into::<Function>().bind0(&controller));
        let withdrawal = abort.map(|abort| (controller, Leaver::new(&abort)));
        Ok(Self { options, withdrawal })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some((controller, _)) = &self.withdrawal {
            controller.abort(); // says nothing to one that was granted
        }
    }
}

/// Holds a lock, or will when it is granted. Dropping it releases the lock.
#[derive(Debug)]
struct Hold {
    end: Function,
    /// Settles when the browser has released the lock.
    ended: Promise,
    when_over: Option<(Timer, Leaver)>,
    asking: Option<Asking>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        call(&self.end);
    }
}

impl<V> Lock<V> for WebLock {
    async fn acquire(&mut self, wait: bool) -> LockAnswer {
        self.hold = None;
        match if wait { self.wait().await } else { self.try_once().await } {
            Ok(Some(hold)) => self.hold = Some(hold),
            Ok(None) => return LockAnswer::Busy,
            Err(_) => return LockAnswer::Failed, // where storage is blocked, there are no locks either
        }
        LockAnswer::Granted
    }

    fn release(self, _stored: Option<&Record<V>>) -> impl Future<Output = ()> {
        let ended = self.hold.as_ref().map(|hold| hold.ended.clone());
        drop(self);
        async move {
            if let Some(ended) = ended {
                let _ = JsFuture::from(ended).await;
            }
        }
    }
}

/// Two keys with the same hash share a lock: one waits for the other needlessly, but values are not affected.
fn shortened(name: &str) -> String {
    let units: Vec<u16> = name.encode_utf16().collect();
    if units.len() <= LONGEST {
        return name.to_owned();
    }
    let is_half = |unit: &u16| (0xd800..0xdc00).contains(unit); // browsers name such a lock otherwise where they tell who holds it
    let end = if is_half(&units[LONGEST - 1]) { LONGEST - 1 } else { LONGEST };
    format!("{} {} {}", String::from_utf16_lossy(&units[..end]), units.len(), hash(&units))
}

/// A signed integer, as in JavaScript.
fn hash(units: &[u16]) -> String {
    let (mut a, mut b) = (0x811c_9dc5_u32, 0x0100_0193_u32);
    for unit in units {
        a = (a ^ u32::from(*unit)).wrapping_mul(0x0100_0193);
        b = (b ^ u32::from(*unit)).wrapping_mul(0x85eb_ca6b);
    }
    format!("{} {}", a as i32, b as i32)
}
