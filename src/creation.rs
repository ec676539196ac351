//! One creation: the creator's call, what it gave, and the write of it.

use std::rc::Rc;

use js_sys::{Array, Function, JsString};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::backend;
use crate::cache_region::CacheRegion;
use crate::error::Error;
use crate::flight::{Flight, Outcome};
use crate::js;
use crate::options;
use crate::record::{Found, Record};
use crate::report::Origin;
use crate::setup::Setup;
use crate::task;

thread_local! {
    /// What `context.expiresIn` makes of its argument.
    static TO_SECONDS: Closure<dyn Fn(JsValue) -> Result<Option<f64>, JsValue>> =
        Closure::new(|value| options::duration(value, "expiresIn"));
}

/// The user's function, and how it wants to be called.
#[derive(Debug, Clone)]
pub enum Creator {
    /// Called with a context, for one key.
    Single(Function),
    /// Called with the user's own arguments, for one key.
    WithArguments(Function, Array),
    /// Called with keys and a context.
    Multi(Function),
}

/// A creation under way.
#[derive(Debug)]
pub struct Creation {
    region: Rc<CacheRegion>,
    setup: Rc<Setup>,
    creator: Creator,
    should_cache: Option<Function>,
    /// The flights that it serves, each with its key as the user knows it.
    flights: Vec<(JsString, Rc<Flight>)>,
    requests: js::Creation,
    began: f64,
}

impl Creation {
    /// Calls the creator of flights that have begun creating, now; everything that has to wait goes on by itself, and ends every flight however it ends.
    pub fn start(
        region: &Rc<CacheRegion>,
        setup: &Rc<Setup>,
        creator: &Creator,
        should_cache: &Option<Function>,
        flights: Vec<(JsString, Rc<Flight>)>,
    ) {
        region.stats.creations.add(flights.len());
        let creation = Self {
            region: Rc::clone(region),
            setup: Rc::clone(setup),
            creator: creator.clone(),
            should_cache: should_cache.clone(),
            flights,
            requests: TO_SECONDS.with(|to_seconds| js::Creation::new(to_seconds.as_ref())),
            began: js::monotonic(),
        };
        match creation.call_creator() {
            Err(error) => creation.failed(&error),
            Ok(answer) => match js::pending(&answer) {
                None => creation.answered(answer),
                Some(promise) => task::background(async move {
                    match JsFuture::from(promise).await {
                        Ok(answer) => creation.answered(answer),
                        Err(error) => creation.failed(&error),
                    }
                }),
            },
        }
    }

    fn call_creator(&self) -> Result<JsValue, JsValue> {
        let calling = &self.region.calling;
        let outer = calling.borrow().len();
        calling.borrow_mut().extend(self.flights.iter().map(|(_, flight)| flight.key.clone()));
        let answer = match &self.creator {
            Creator::Single(function) => function.call1(&JsValue::UNDEFINED, &self.context()),
            Creator::WithArguments(function, arguments) => function.apply(&JsValue::UNDEFINED, arguments),
            Creator::Multi(function) => function.call2(&JsValue::UNDEFINED, &self.keys(), &self.requests.context_for_many()),
        };
        calling.borrow_mut().truncate(outer);
        answer
    }

    fn context(&self) -> JsValue {
        let Some((key, flight)) = self.flights.first() else {
            return JsValue::UNDEFINED;
        };
        let stale = match flight.found_already() {
            Some(Found::Record(record)) => self.region.cached_value(&record, None),
            _ => JsValue::UNDEFINED,
        };
        self.requests.context_for(key, &stale)
    }

    fn keys(&self) -> Array {
        self.flights.iter().map(|(key, _)| key).collect()
    }

    fn answered(self, answer: JsValue) {
        if !matches!(self.creator, Creator::Multi(_)) {
            return self.settled(vec![Ok(answer)]);
        }
        let values = match self.one_value_each(answer) {
            Ok(values) => values,
            Err(error) => return self.failed(&error),
        };
        if !values.iter().any(|value| js::pending(&value).is_some()) {
            return self.settled(values.iter().map(Ok).collect());
        }
        let settled = js::settle_each(&values);
        task::background(async move {
            match JsFuture::from(settled).await {
                Ok(outcomes) => self.settled(Array::from(&outcomes).iter().map(|outcome| js::unwrap(&outcome)).collect()),
                Err(error) => self.failed(&error),
            }
        });
    }

    fn one_value_each(&self, answer: JsValue) -> Result<Array, JsValue> {
        let allowed = ["an array of ", &js::describe(&self.flights.len().into()), ", one value for each key"].concat();
        let values = options::array(answer, "what a multi creator returns", &allowed)?;
        if values.length() as usize == self.flights.len() {
            Ok(values)
        } else {
            let given = ["an array of ", &js::describe(&values.length().into())].concat();
            let message = ["what a multi creator returns must be ", &allowed, ", not ", &given];
            values.iter().filter_map(|value| js::pending(&value)).for_each(|promise| js::ignore_rejection(&promise));
            Err(Error::Validation(message.concat()).into())
        }
    }

    /// The creator failed for every key.
    fn failed(&self, error: &JsValue) {
        self.region.stats.creation_errors.add(self.flights.len());
        for (_, flight) in &self.flights {
            flight.creator_settled();
            self.region.flights.end(flight, Outcome::Failed(error.clone()));
        }
    }

    /// The creator gave a value, or a rejection, for each key.
    fn settled(self, outcomes: Vec<Result<JsValue, JsValue>>) {
        self.flights.iter().for_each(|(_, flight)| flight.creator_settled());
        let seconds = (js::monotonic() - self.began) / 1_000.0;
        let mut created = Vec::with_capacity(outcomes.len());
        for ((key, flight), outcome) in self.flights.iter().zip(outcomes) {
            match outcome {
                Ok(value) => created.push((key, flight, value)),
                Err(error) => {
                    self.region.stats.creation_errors.up();
                    self.region.flights.end(flight, Outcome::Failed(error));
                }
            }
        }
        if !created.is_empty() {
            self.region.reporter.created(&created.iter().map(|(key, ..)| *key).collect(), seconds);
        }
        match self.records(&created) {
            Ok(records) => self.store(records),
            Err(error) => {
                for (_, flight, _) in created {
                    self.region.flights.end(flight, Outcome::Failed(error.clone()));
                }
            }
        }
    }

    /// A record for each created value, and whether it may be stored.
    fn records(&self, created: &[(&JsString, &Rc<Flight>, JsValue)]) -> Result<Vec<(Rc<Flight>, Record, bool)>, JsValue> {
        let mut records = Vec::with_capacity(created.len());
        for (key, flight, value) in created {
            let expiration = self.requests.expiration_of(key);
            let record = Record::new(value, self.region.stamp()?, expiration);
            let cacheable = match &self.should_cache {
                None => true,
                Some(should_cache) => should_cache.call1(&JsValue::UNDEFINED, value)?.is_truthy(),
            };
            records.push((Rc::clone(flight), record, cacheable));
        }
        Ok(records)
    }

    /// Stores first, then ends the flights. What was fenced off is not stored; between this look and the sending of the write nobody comes.
    fn store(self, records: Vec<(Rc<Flight>, Record, bool)>) {
        let (stored, kept): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|(flight, _, cacheable)| *cacheable && !flight.is_fenced());
        for (flight, record, _) in kept {
            self.region.flights.end(&flight, Outcome::Created(record));
        }
        if stored.is_empty() {
            return;
        }
        let keys: Vec<JsString> = stored.iter().map(|(flight, ..)| flight.key.clone()).collect();
        let records: Vec<Record> = stored.iter().map(|(_, record, _)| record.clone()).collect();
        let multi = matches!(self.creator, Creator::Multi(_));
        let stored = stored.into_iter().map(|(flight, record, _)| (flight, record)).collect();
        match backend::set(&self.setup, &keys, &records, multi) {
            Err(error) => self.stored(stored, Err(error)),
            Ok(answer) => match js::pending(&answer) {
                None => self.stored(stored, Ok(())),
                Some(write) => {
                    self.setup.lines.enter(keys, &write);
                    task::background(async move {
                        let written = self.setup.settled(&write).await;
                        self.stored(stored, written.map(|_| ()));
                    });
                }
            },
        }
    }

    /// The write has settled: a failure costs nobody the value, unless the region wants to be told.
    fn stored(&self, flights: Vec<(Rc<Flight>, Record)>, written: Result<(), JsValue>) {
        if let Err(error) = &written {
            self.region.backend_failed(error, Origin::Write);
        }
        for (flight, record) in flights {
            let outcome = match &written {
                Err(error) if self.setup.throws => Outcome::Failed(Error::Backend("store a value", error.clone()).into()),
                _ => Outcome::Created(record),
            };
            self.region.flights.end(&flight, outcome);
        }
    }
}
