//! The dogpile lock: one flight a key, from before its read is sent to the end of its write.
//!
//! A flight is plain data and promises that JavaScript made. No Rust future, waker or borrow is shared between callers: on an edge runtime
//! a promise belongs to the request that made it, and a request that dies takes its futures with it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{JsString, Map, Promise};
use slab::Slab;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::js::{self, Alarm, Signal};
use crate::record::{Found, Record};
use crate::task;

/// How far a flight has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its read is under way.
    Reading,
    /// Its read has landed; nobody creates.
    Landed,
    /// Its creator runs.
    Creating,
    /// Its creator has settled; the write is under way.
    Storing,
    /// It is over.
    Over,
}

/// What those who waited for a flight get.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The created value, stored or not.
    Created(Record),
    /// The very rejection.
    Failed(JsValue),
    /// Nothing: they begin again.
    Again,
}

/// One key's read, creation and write in this realm.
#[derive(Debug)]
pub struct Flight {
    /// The key as the backend knows it.
    pub key: JsString,
    /// Born of a takeover: it is not taken over again, but ends at its own time limit.
    pub last_chance: bool,
    /// Nobody can join it.
    solitary: bool,
    phase: Cell<Phase>,
    fenced: Cell<bool>,
    deposed: Cell<bool>,
    begun: Cell<f64>,
    fences_at_landing: Cell<u64>,
    found: RefCell<Option<Found>>,
    outcome: RefCell<Option<Outcome>>,
    landing: Signal,
    wake: RefCell<Signal>,
    alarm: RefCell<Option<(f64, Alarm)>>,
    heirs: RefCell<Vec<Rc<Flight>>>,
}

impl Flight {
    fn new(key: JsString, last_chance: bool, solitary: bool) -> Self {
        Self {
            key,
            last_chance,
            solitary,
            phase: Cell::new(Phase::Reading),
            fenced: Cell::new(false),
            deposed: Cell::new(false),
            begun: Cell::new(f64::INFINITY),
            fences_at_landing: Cell::new(0),
            found: RefCell::new(None),
            outcome: RefCell::new(None),
            landing: Signal::new(),
            wake: RefCell::new(Signal::new()),
            alarm: RefCell::new(None),
            heirs: RefCell::new(Vec::new()),
        }
    }

    /// How far it has come.
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// Whether its value must not be stored, nor anyone join it.
    pub fn is_fenced(&self) -> bool {
        self.fenced.get()
    }

    /// What its read found, if that is known.
    pub fn found_already(&self) -> Option<Found> {
        self.found.borrow().clone()
    }

    /// What its read found, as soon as that is known.
    pub async fn found(&self) -> Option<Found> {
        if self.phase() == Phase::Reading {
            let _settled = JsFuture::from(self.landing.promise()).await;
        }
        self.found_already()
    }

    /// Its creator is about to be called.
    pub fn begin_creating(&self) {
        self.phase.set(Phase::Creating);
        self.begun.set(js::monotonic());
    }

    /// Its creator has settled: no time limit runs any more.
    pub fn creator_settled(&self) {
        if self.phase() == Phase::Creating {
            self.phase.set(Phase::Storing);
        }
        self.silence();
    }

    /// Whether its creator has had so many seconds, and nobody has taken over yet.
    pub fn is_overdue(&self, patience: f64) -> bool {
        let late = js::monotonic() >= self.deadline(patience);
        self.phase() == Phase::Creating && !self.last_chance && !self.deposed.get() && late
    }

    /// What it came to, once it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.borrow().clone()
    }

    /// Settles when something has changed: look again.
    pub fn change(&self) -> Promise {
        self.wake.borrow().promise()
    }

    /// Whoever waits for `heir` gets what this flight comes to.
    pub fn bequeath_to(&self, heir: Rc<Flight>) {
        match self.outcome() {
            Some(outcome) => heir.end(outcome),
            None => self.heirs.borrow_mut().push(heir),
        }
    }

    /// Ends it for everyone who waits, unless it has ended.
    pub fn end(&self, outcome: Outcome) {
        if self.outcome.borrow().is_some() {
            return;
        }
        self.outcome.replace(Some(outcome.clone()));
        self.phase.set(Phase::Over);
        self.silence();
        self.wake.borrow().settle();
        for heir in self.heirs.take() {
            heir.end(outcome.clone());
        }
    }

    /// Wakes everyone who waits when its creator has had so many seconds. One timer serves all: it is set to the earliest.
    pub fn watch(self: &Rc<Self>, patience: f64, rung: impl FnOnce(&Rc<Flight>) + 'static) {
        let deadline = self.deadline(patience);
        let watched = self.alarm.borrow().as_ref().is_some_and(|(earlier, _)| *earlier <= deadline);
        if watched || !deadline.is_finite() || self.phase() != Phase::Creating {
            return;
        }
        self.silence();
        let alarm = Alarm::new((deadline - js::monotonic()).max(0.0));
        let ring = alarm.promise();
        self.alarm.replace(Some((deadline, alarm)));
        let flight = Rc::clone(self);
        task::background(async move {
            let _rung = JsFuture::from(ring).await;
            let set_to = flight.alarm.borrow().as_ref().map(|(deadline, _)| *deadline);
            if set_to == Some(deadline) {
                flight.alarm.replace(None);
                rung(&flight);
                let woken = flight.wake.replace(Signal::new());
                woken.settle();
            }
        });
    }

    fn deadline(&self, patience: f64) -> f64 {
        self.begun.get() + patience * 1_000.0
    }

    fn silence(&self) {
        let alarm = self.alarm.take();
        if let Some((_, alarm)) = alarm {
            alarm.cancel();
        }
    }
}

/// The flights of one region that can be joined: at most one a key.
#[derive(Debug)]
pub struct Flights {
    slots: Map<JsString, JsValue>,
    flights: RefCell<Slab<Rc<Flight>>>,
    /// Counts what fences, so that a flight that left the map can tell whether it missed anything.
    fences: Cell<u64>,
}

impl Flights {
    /// None.
    pub fn new() -> Self {
        Self { slots: Map::new_typed(), flights: RefCell::new(Slab::new()), fences: Cell::new(0) }
    }

    /// The flight of this key, if there is one to join.
    pub fn current(&self, key: &JsString) -> Option<Rc<Flight>> {
        let slot = self.slot(key)?;
        self.flights.borrow().get(slot).cloned()
    }

    /// A new flight, which everyone who comes for its key joins from now on.
    pub fn begin(&self, key: &JsString, last_chance: bool) -> Rc<Flight> {
        let flight = Rc::new(Flight::new(key.clone(), last_chance, false));
        self.admit(&flight);
        flight
    }

    /// A new flight that nobody can join.
    pub fn begin_solitary(&self, key: &JsString) -> Rc<Flight> {
        Rc::new(Flight::new(key.clone(), false, true))
    }

    /// A flight's read has landed: those who share it go on.
    pub fn land(&self, flight: &Flight, found: Found) {
        flight.fences_at_landing.set(self.fences.get());
        flight.found.replace(Some(found));
        flight.phase.set(Phase::Landed);
        flight.landing.settle();
    }

    /// Lets a flight be led that may have left the map since its read landed; `false` if it was overtaken meanwhile.
    pub fn claim(&self, flight: &Rc<Flight>) -> bool {
        match self.current(&flight.key) {
            None if flight.solitary => true,
            Some(current) => Rc::ptr_eq(&current, flight),
            None if flight.is_fenced() || self.fences.get() != flight.fences_at_landing.get() => false,
            None => {
                self.admit(flight);
                true
            }
        }
    }

    /// Nobody joins this flight any more.
    pub fn remove(&self, flight: &Rc<Flight>) {
        let Some(slot) = self.slot(&flight.key) else { return };
        let current = self.flights.borrow().get(slot).is_some_and(|current| Rc::ptr_eq(current, flight));
        if current {
            self.slots.delete(&flight.key);
            self.flights.borrow_mut().remove(slot);
        }
    }

    /// `set` and `delete` fence off the flight of their key, whatever it is doing.
    pub fn fence(&self, key: &JsString) {
        self.fences.set(self.fences.get() + 1);
        if let Some(flight) = self.current(key) {
            self.fence_off(&flight);
        }
    }

    /// An invalidation fences off creations; a record that is still being read is judged when it arrives.
    pub fn fence_creations(&self) {
        self.fence_where(|flight| !matches!(flight.phase(), Phase::Reading | Phase::Landed));
    }

    /// A new backend fences off everything.
    pub fn fence_all(&self) {
        self.fence_where(|_| true);
    }

    /// Gives up on a flight's creator: its value still goes to those who waited for it, its rejection counts for nothing.
    pub fn depose(&self, flight: &Rc<Flight>) {
        flight.deposed.set(true);
        self.fence_off(flight);
    }

    /// Ends a flight that nobody is to take over, though its creator has not settled.
    pub fn give_up(&self, flight: &Rc<Flight>, error: JsValue) {
        self.fence_off(flight);
        flight.end(Outcome::Failed(error));
    }

    /// Ends a flight and takes it from the map.
    pub fn end(&self, flight: &Rc<Flight>, outcome: Outcome) {
        self.remove(flight);
        let outranked = flight.deposed.get() && matches!(outcome, Outcome::Failed(_));
        if !outranked {
            flight.end(outcome);
        }
    }

    fn fence_where(&self, wanted: impl Fn(&Flight) -> bool) {
        self.fences.set(self.fences.get() + 1);
        let flights: Vec<_> = self.flights.borrow().iter().map(|(_, flight)| Rc::clone(flight)).collect();
        for flight in flights.iter().filter(|flight| wanted(flight)) {
            self.fence_off(flight);
        }
    }

    fn fence_off(&self, flight: &Rc<Flight>) {
        flight.fenced.set(true);
        self.remove(flight);
    }

    fn admit(&self, flight: &Rc<Flight>) {
        let slot = self.flights.borrow_mut().insert(Rc::clone(flight));
        self.slots.set(&flight.key, &JsValue::from(slot as u32));
    }

    /// Keys stay JavaScript strings: in Rust's UTF-8 two different lone surrogates would be one key.
    fn slot(&self, key: &JsString) -> Option<usize> {
        if self.flights.borrow().is_empty() {
            return None;
        }
        Some(self.slots.get_checked(key)?.as_f64()? as usize)
    }
}

impl Default for Flights {
    fn default() -> Self {
        Self::new()
    }
}
