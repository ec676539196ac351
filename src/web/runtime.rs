//! The runtimes of browsers and of Workers.

use std::time::Duration;

use super::time::{self, Alarm, Interval};
use crate::runtime::Runtime;

/// How often a request says that it is alive.
const PERIOD: Duration = Duration::from_millis(250);

/// The runtime of browsers' pages and workers, and of Node.
///
/// ```no_run
/// use dogpile::Region;
/// use dogpile::web::{Browser, IndexedDbBackend};
///
/// # async fn example() {
/// let region: Region<String, String, _, _> = Region::builder(IndexedDbBackend::new(), Browser).build();
/// let page = region.get_or_create("page", async || Ok("text".to_owned())).await;
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

impl Runtime for Browser {
    type Wakeup = Alarm;
    type Beat = ();

    fn now(&self) -> f64 {
        time::now()
    }

    fn steady(&self) -> f64 {
        time::steady()
    }

    fn wakeup(&self, at_latest: Option<Duration>) -> Alarm {
        Alarm::new(at_latest)
    }

    fn beat(&self, _alive: Box<dyn Fn()>) {}
}

/// The runtime of Cloudflare Workers, where a request may end without its futures being dropped: each says four times a second that it is alive, and who
/// waits for another's waits with a promise and a timer of its own.
///
/// It needs the compatibility flag `handle_cross_request_promise_resolution`, which is on from the compatibility date 2024-10-14.
///
/// ```no_run
/// # use dogpile::Region;
/// # use dogpile::web::{CloudflareKvBackend, WebError, Workers};
/// # fn example(kv: wasm_bindgen::JsValue) -> Result<(), WebError> {
/// let region: Region<String, String, _, _> = Region::builder(CloudflareKvBackend::new(kv)?, Workers).build();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Workers;

impl Runtime for Workers {
    type Wakeup = Alarm;
    type Beat = Interval;

    fn now(&self) -> f64 {
        time::now()
    }

    fn steady(&self) -> f64 {
        time::steady()
    }

    fn wakeup(&self, at_latest: Option<Duration>) -> Alarm {
        Alarm::new(at_latest)
    }

    fn period(&self) -> Option<Duration> {
        Some(PERIOD)
    }

    fn beat(&self, alive: Box<dyn Fn()>) -> Interval {
        Interval::start(alive, PERIOD)
    }
}
