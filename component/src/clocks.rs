//! The runtime: clocks and timers of the host.

use std::pin::Pin;
use std::time::Duration;

use dogpile::Runtime;
use dogpile::runtime::Wait;

use crate::bindings::{monotonic_clock, system_clock};

pub struct Clocks;

impl Runtime for Clocks {
    type Wakeup = Wait<Pin<Box<dyn Future<Output = ()>>>>;
    type Beat = ();

    fn now(&self) -> f64 {
        let now = system_clock::now();
        now.seconds as f64 + f64::from(now.nanoseconds) / 1e9
    }

    fn steady(&self) -> f64 {
        monotonic_clock::now() as f64 / 1e6
    }

    fn wakeup(&self, at_latest: Option<Duration>) -> Self::Wakeup {
        let nanoseconds = at_latest.and_then(|at_latest| u64::try_from(at_latest.as_nanos()).ok());
        Wait::new(nanoseconds.map(|nanoseconds| Box::pin(monotonic_clock::wait_for(nanoseconds)) as _))
    }

    fn beat(&self, _alive: Box<dyn Fn()>) {}
}
