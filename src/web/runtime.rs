//! The runtimes for browsers and Workers.

use std::time::Duration;

use super::time::{self, Alarm, Interval};
use crate::runtime::Runtime;

/// The interval of a request's heartbeat.
const PERIOD: Duration = Duration::from_millis(250);

/// The runtime for pages and workers of browsers, and for Node.
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

    fn random(&self) -> f64 {
        random()
    }

    fn beat(&self, _alive: Box<dyn Fn()>) {}
}

/// The runtime for Cloudflare Workers, where a request may end without its futures being dropped. Each request has a heartbeat of a quarter of a second, and
/// requests that wait for it notice when it stops.
///
/// It requires the compatibility flag `handle_cross_request_promise_resolution`, which is the default from the compatibility date 2024-10-14.
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

    fn random(&self) -> f64 {
        random()
    }

    fn beat(&self, alive: Box<dyn Fn()>) -> Interval {
        Interval::start(alive, PERIOD)
    }
}

/// From 0 to below 1. Where there is no source of random numbers, 0: then nothing is renewed early.
fn random() -> f64 {
    getrandom::u64().map_or(0.0, |bits| (bits >> 11) as f64 / (1_u64 << 53) as f64)
}
