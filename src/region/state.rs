//! The machine of one region, and what it knows by numbers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::future::AbortHandle;

use super::Shared;
use super::caller::Caller;
use super::early::Failed;
use super::error::Error;
use crate::backend::Backend;
use crate::clock::Clock;
use crate::machine::{Machine, Settings, Ticket, Time};
use crate::record::Record;
use crate::runtime::Runtime;
use crate::tags::TagTimes;

/// How many times of tags are kept by default.
const MAX_TAGS: usize = 10_000;

/// The clocks, for the length of one event.
#[derive(Debug)]
pub(super) struct Now<'a, R> {
    pub runtime: &'a R,
    clock: Clock,
}

impl<R: Runtime> Time for Now<'_, R> {
    fn now(&self) -> f64 {
        self.clock.read(self.runtime.now())
    }

    fn stamp(&self) -> f64 {
        self.clock.stamp_after_all(self.runtime.now(), f64::NEG_INFINITY)
    }

    fn steady(&self) -> f64 {
        self.runtime.steady()
    }
}

impl<R: Runtime> Now<'_, R> {
    /// The creation time of a record: just after the latest invalidation.
    pub fn stamp_after(&self, invalidated: f64) -> f64 {
        self.clock.stamp(self.runtime.now(), invalidated)
    }

    /// When a creation begins, or tags are invalidated: each later than the one before.
    pub fn birth(&self) -> f64 {
        self.stamp_after(f64::NEG_INFINITY)
    }
}

/// What is kept of a flight by its number.
pub(super) struct Flight<V, E, L> {
    pub key: Arc<str>,
    /// What its read has found, and what was found once more under its lock.
    pub found: Option<Arc<Record<V>>>,
    pub again: Option<Arc<Record<V>>>,
    /// What its creator gave, before it is stamped; with its own expiration, and whether it is to be stored.
    pub created: Option<(V, Option<f64>, bool)>,
    /// The tags that its vacancy was given.
    pub tags: Vec<String>,
    /// When its creator was called, if anything needs that.
    pub born: Option<f64>,
    pub record: Option<Arc<Record<V>>>,
    pub error: Option<Error<Arc<E>>>,
    pub lock: Option<L>,
    /// What ends the wait for its lock.
    pub asking: Option<AbortHandle>,
    pub timer: Option<Timer>,
}

/// When a timer rings, as the bits of its milliseconds on the steady clock, which are ordered as those are; and for which flight or round.
pub(super) type Timer = (u64, u32);

/// What is dropped once the state is not borrowed any more: that is user code, which may call the region.
#[allow(dead_code)] // nobody looks at it any more
pub(super) enum Gone<V, E, L, W> {
    Flight(Flight<V, E, L>),
    Caller(Caller<V, E, W>),
    Record(Arc<Record<V>>),
    Lock(L),
}

pub(super) struct State<V, E, L, W> {
    pub machine: Machine,
    pub region: u32,
    clock: Clock,
    /// The latest invalidation.
    pub invalidated: f64,
    pub failed: Failed,
    pub tag_times: TagTimes,
    /// Whether a tag was ever given or invalidated: only then births are needed.
    pub uses_tags: bool,
    /// Whether it is stored with every value how long its creation took.
    pub keeps_took: bool,
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Option<Arc<str>>>,
    pub flights: Vec<Option<Flight<V, E, L>>>,
    pub callers: HashMap<u64, Caller<V, E, W>>,
    last_caller: u64,
    /// Who is behind the number of a call or of a write.
    pub by_call: Vec<u64>,
    pub by_write: Vec<u64>,
    pub timers: BTreeMap<Timer, Ticket>,
    pub round_timers: BTreeMap<Timer, Ticket>,
    /// Who is to be woken once the state is not borrowed any more.
    pub woken: Vec<W>,
    pub gone: Vec<Gone<V, E, L, W>>,
}

impl<V, E, L, W> State<V, E, L, W> {
    pub fn new(settings: Settings, on_workers: bool) -> Self {
        let mut machine = Machine::new(on_workers);
        let region = machine.add_region(settings);
        Self {
            machine,
            region,
            clock: Clock::new(),
            invalidated: f64::NEG_INFINITY,
            failed: Failed::default(),
            tag_times: TagTimes::new(MAX_TAGS),
            uses_tags: false,
            keeps_took: false,
            numbers: HashMap::new(),
            names: Vec::new(),
            flights: Vec::new(),
            callers: HashMap::new(),
            last_caller: 0,
            by_call: Vec::new(),
            by_write: Vec::new(),
            timers: BTreeMap::new(),
            round_timers: BTreeMap::new(),
            woken: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// The number of a key with something under way.
    pub fn number(&self, key: &str) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// The number of a key, a new one if nothing is under way for it.
    pub fn enter(&mut self, key: &str) -> u32 {
        if let Some(number) = self.number(key) {
            return number;
        }
        let number = self.machine.enter();
        let name: Arc<str> = key.into();
        self.numbers.insert(name.clone(), number);
        put(&mut self.names, number, Some(name));
        number
    }

    pub fn forget_key(&mut self, key: u32) {
        if let Some(name) = self.names.get_mut(key as usize).and_then(Option::take) {
            self.numbers.remove(&name);
        }
    }

    /// What is kept of a flight.
    pub fn flight(&mut self, flight: u32) -> &mut Flight<V, E, L> {
        if self.flights.len() <= flight as usize {
            self.flights.resize_with(flight as usize + 1, || None);
        }
        let (names, machine) = (&self.names, &self.machine);
        self.flights[flight as usize].get_or_insert_with(|| Flight {
            key: names.get(machine.key_of(flight) as usize).cloned().flatten().unwrap_or_default(),
            found: None,
            again: None,
            created: None,
            tags: Vec::new(),
            born: None,
            record: None,
            error: None,
            lock: None,
            asking: None,
            timer: None,
        })
    }

    /// One future more. `call` and `write`: what it drives.
    pub fn add_caller(&mut self, caller: Caller<V, E, W>) -> u64 {
        self.last_caller += 1;
        let id = self.last_caller;
        if let Some(call) = caller.call {
            put(&mut self.by_call, call.slot, id);
        }
        if let Some(write) = caller.write {
            put(&mut self.by_write, write.slot, id);
        }
        self.callers.insert(id, caller);
        id
    }

    /// The caller behind a call.
    pub fn caller_of(&mut self, call: u32) -> Option<&mut Caller<V, E, W>> {
        self.callers.get_mut(self.by_call.get(call as usize)?)
    }

    /// The timers whose time has come. They ring for whoever comes first: the future that has set one may be gone.
    fn ring(&mut self, time: &impl Time) {
        while let Some(flight) = due(&mut self.timers, time) {
            self.flight(flight.slot).timer = None;
            self.machine.timer_fired(flight, time);
        }
        while let Some(round) = due(&mut self.round_timers, time) {
            self.machine.round_timer_fired(round, time);
        }
    }
}

fn due(timers: &mut BTreeMap<Timer, Ticket>, time: &impl Time) -> Option<Ticket> {
    let first = timers.first_entry()?;
    (time.steady() >= f64::from_bits(first.key().0)).then(|| first.remove())
}

fn put<T: Default>(list: &mut Vec<T>, place: u32, item: T) {
    if list.len() <= place as usize {
        list.resize_with(place as usize + 1, T::default);
    }
    list[place as usize] = item;
}

type StateOf<V, E, B, R> = State<V, E, <B as Backend<V>>::Lock, super::Waker<R>>;

impl<V, E, B: Backend<V>, R: Runtime> Shared<V, E, B, R> {
    /// Looks at the state. The clock is taken out of it for that long, since it is read while the machine is borrowed.
    pub fn with<T>(&self, look: impl FnOnce(&mut StateOf<V, E, B, R>, &Now<'_, R>) -> T) -> T {
        let mut state = self.lock();
        let time = Now { runtime: &self.runtime, clock: std::mem::take(&mut state.clock) };
        let result = look(&mut state, &time);
        state.clock = time.clock;
        let gone = std::mem::take(&mut state.gone);
        drop(state);
        drop(gone);
        result
    }

    /// Tells the machine something, and sees to what comes of it. Whoever is woken is woken when nothing is borrowed.
    pub fn act<T>(&self, tell: impl FnOnce(&mut StateOf<V, E, B, R>, &Now<'_, R>) -> T) -> T {
        let (result, woken) = self.with(|state, time| {
            state.ring(time);
            let result = tell(state, time);
            state.carry_out(time);
            (result, std::mem::take(&mut state.woken))
        });
        for wake in woken {
            wake();
        }
        result
    }
}
