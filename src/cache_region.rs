//! A region's state, its time, and its judgement of records.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, JsString};
use wasm_bindgen::JsValue;

use crate::clock::Clock;
use crate::error::Error;
use crate::flight::{Flights, Phase};
use crate::freshness::{self, Decision, Invalidations, Metadata, Why};
use crate::get_or_create::Request;
use crate::js;
use crate::options::{self, ConfigureOptions, RegionOptions};
use crate::record::{Found, Record};
use crate::report::{Origin, Reporter};
use crate::setup::{Mangling, Setup};
use crate::stats::Stats;

thread_local! {
    /// One for the realm, so that times of different regions compare.
    static CLOCK: Clock = const { Clock::new() };
}

/// A front end to one backend.
#[derive(Debug)]
pub struct CacheRegion {
    pub(crate) name: JsValue,
    pub(crate) flights: Flights,
    pub(crate) stats: Stats,
    pub(crate) reporter: Reporter,
    /// The keys whose creators are in their synchronous part.
    pub(crate) calling: RefCell<Vec<JsString>>,
    mangling: Mangling,
    clock: Option<Function>,
    setup: RefCell<Option<Rc<Setup>>>,
    invalidations: Cell<Invalidations>,
    /// The setup's expiration once more, for the warm path.
    expiration: Cell<Option<f64>>,
}

impl CacheRegion {
    /// An unconfigured region.
    pub fn new(given: RegionOptions) -> Result<Self, JsValue> {
        if !given.name.is_undefined() && !given.name.is_string() {
            return Err(Error::invalid("name", "a string", &given.name).into());
        }
        let observer = options::given(given.observer).unwrap_or_default();
        if !observer.is_undefined() && !observer.is_object() {
            return Err(Error::invalid("observer", "an object", &observer).into());
        }
        Ok(Self {
            name: given.name,
            flights: Flights::new(),
            stats: Stats::default(),
            reporter: Reporter::new(observer),
            calling: RefCell::default(),
            mangling: Mangling::from_option(given.key_mangler)?,
            clock: options::function(given.clock, "clock")?,
            setup: RefCell::default(),
            invalidations: Cell::new(Invalidations::NONE),
            expiration: Cell::new(None),
        })
    }

    /// Gives it a backend, or another one; everything is checked before anything changes.
    pub fn configure(&self, given: ConfigureOptions, make_backend: &Function) -> Result<(), JsValue> {
        if self.is_configured() && given.replace_existing_backend.is_falsy() {
            return Err(Error::AlreadyConfigured.into());
        }
        let setup = Setup::new(given, &self.mangling, make_backend)?;
        self.expiration.set(setup.expiration);
        self.setup.replace(Some(Rc::new(setup)));
        self.flights.fence_all();
        Ok(())
    }

    /// Whether it has a backend.
    pub fn is_configured(&self) -> bool {
        self.setup.borrow().is_some()
    }

    /// The present setup.
    pub fn setup(&self) -> Result<Rc<Setup>, JsValue> {
        self.setup.borrow().clone().ok_or_else(|| Error::NotConfigured.into())
    }

    /// Whether a warm call may be answered without coming here: nothing stands between the caller and the record.
    pub fn is_plain(&self) -> bool {
        let keeps_keys = self.setup.borrow().as_ref().is_some_and(|setup| setup.keeps_keys());
        keeps_keys && self.clock.is_none() && self.reporter.is_silent()
    }

    /// The warm path's question: may this record be served by `getOrCreate` as it is? Counts a hit if so.
    pub fn is_fresh(&self, record: Metadata, expiration: Option<f64>, host_now: f64) -> bool {
        let now = CLOCK.with(|clock| clock.read(host_now));
        let fresh = self.decide(record, expiration, now) == Decision::Fresh;
        if fresh {
            self.stats.hits.up();
        }
        fresh
    }

    /// The same for `get`.
    pub fn is_readable(&self, record: Metadata, expiration: Option<f64>, host_now: f64) -> bool {
        let now = CLOCK.with(|clock| clock.read(host_now));
        let readable = self.readable(record, expiration, now);
        if readable {
            self.stats.hits.up();
        }
        readable
    }

    /// What `getOrCreate` does with a record.
    pub fn decide(&self, record: Metadata, expiration: Option<f64>, now: f64) -> Decision {
        let expiration = freshness::expiration(expiration, record.expiration, self.expiration.get());
        freshness::decide(record, expiration, self.invalidations.get().of(record.created), now)
    }

    /// Whether `get` may return a record.
    pub fn readable(&self, record: Metadata, expiration: Option<f64>, now: f64) -> bool {
        let expiration = freshness::expiration(expiration, record.expiration, self.expiration.get());
        freshness::readable(record, expiration, self.invalidations.get().of(record.created), now)
    }

    /// The time now, in seconds.
    pub fn now(&self) -> Result<f64, JsValue> {
        match &self.clock {
            None => Ok(CLOCK.with(|clock| clock.read(host_now()))),
            Some(clock) => injected(clock),
        }
    }

    /// A creation or invalidation time.
    pub fn stamp(&self) -> Result<f64, JsValue> {
        match &self.clock {
            None => Ok(CLOCK.with(|clock| clock.stamp(host_now()))),
            Some(clock) => injected(clock),
        }
    }

    /// A record as callers see it.
    pub fn cached_value(&self, record: &Record, state: Option<&str>) -> JsValue {
        match &self.clock {
            Some(clock) => js::cached_value(&record.stored, clock, state),
            None => js::HOST_CLOCK.with(|clock| js::cached_value(&record.stored, clock, state)),
        }
    }

    /// Marks every record that exists now, and fences off every creation that runs.
    pub fn invalidate(&self, hard: bool) -> Result<(), JsValue> {
        self.setup()?;
        let now = self.stamp()?;
        let mut times = self.invalidations.get();
        if hard {
            times.hard = now;
        } else {
            times.soft = now;
        }
        self.invalidations.set(times);
        self.flights.fence_creations();
        Ok(())
    }

    /// Whether a creation of this key runs.
    pub fn is_locked(&self, key: &JsString) -> Result<bool, JsValue> {
        let key = self.setup()?.mangle(key)?;
        let flight = self.flights.current(&key);
        Ok(flight.is_some_and(|flight| matches!(flight.phase(), Phase::Creating | Phase::Storing)))
    }

    /// Refuses a call for a key whose creator is in its synchronous part, when it could only wait for itself.
    pub fn refuse_reentry(&self, mangled: &[JsString], request: &Request) -> Result<(), JsValue> {
        let calling = self.calling.borrow().clone();
        for key in mangled.iter().filter(|key| calling.contains(key)) {
            let found = self.flights.current(key).and_then(|flight| flight.found_already());
            let missing = match found {
                Some(Found::Record(record)) => {
                    let decision = self.decide(record.metadata, request.expiration, self.now()?);
                    request.force_refresh || matches!(decision, Decision::Missing(_))
                }
                Some(_) => true,
                None => false,
            };
            if missing {
                return Err(Error::Reentrant(js::describe(key)).into());
            }
        }
        Ok(())
    }

    /// What the backend holds under a key, looked at.
    pub fn inspect(&self, answer: JsValue) -> Found {
        let Some(stored) = options::given(answer) else {
            return Found::Nothing(Why::Absent);
        };
        match Record::from_stored(stored.clone()) {
            Some(record) => Found::Record(record),
            None => {
                let cause = Error::invalid("what the backend holds", "a record of dogpile's", &stored);
                self.backend_failed(&cause.into(), Origin::Read);
                Found::Nothing(Why::Unreadable)
            }
        }
    }

    /// Counts and reports a failure that the call goes on without.
    pub fn backend_failed(&self, error: &JsValue, origin: Origin) {
        self.stats.backend_errors.up();
        self.reporter.error(error, origin);
    }
}

fn host_now() -> f64 {
    js_sys::Date::now() / 1_000.0
}

fn injected(clock: &Function) -> Result<f64, JsValue> {
    let reading = clock.call0(&JsValue::UNDEFINED)?;
    match reading.as_f64() {
        Some(now) if !now.is_nan() => Ok(now),
        _ => Err(Error::invalid("what clock returns", "seconds as a number", &reading).into()),
    }
}
