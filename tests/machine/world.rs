//! A host without a platform: it acts on every effect, with everything that a real host may do.

use std::collections::{BTreeMap, BTreeSet};

use dogpile::machine::{Machine, Request, Settings, Ticket};

use crate::clock::Clocks;
use crate::cover::Cover;
use crate::locks::Lock;
use crate::operations::Operation;
use crate::plan::Plan;
use crate::rng::Rng;

macro_rules! say {
    ($world:expr, $($what:tt)*) => { if $world.is_loud { println!($($what)*); } };
}
pub(crate) use say;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    pub value: u64,
    pub created: f64,
    pub version: f64,
    pub own: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failed {
    Rejected(u64),
    LockTimeout,
    Timeout,
    Aborted,
    Unread(u64),
    Thrown,
    Reentrant,
}

/// Whoever calls, and what became of that.
#[derive(Debug)]
pub struct Caller {
    pub region: usize,
    pub names: Vec<usize>,
    pub asked: Option<Request>,
    /// When it came, counted in events.
    pub arrived: u64,
    pub got: Vec<Option<u64>>,
    pub failed: Option<Failed>,
    pub calls: Vec<Ticket>,
    pub has_signal: bool,
    pub has_timeout: bool,
    pub has_left: bool,
    pub request: usize,
}

impl Caller {
    pub fn is_answered(&self) -> bool {
        self.failed.is_some() || self.got.iter().all(Option::is_some)
    }
}

#[derive(Debug)]
pub struct Seat {
    pub name: usize,
    /// Callers, each with the place of its key.
    pub takers: Vec<(usize, usize)>,
    pub is_done: bool,
}

/// What the host keeps by the number of a call.
#[derive(Debug)]
pub struct Call {
    pub ticket: Ticket,
    pub region: u32,
    pub asked: Option<Request>,
    pub seats: Vec<Seat>,
    pub request: usize,
    pub has_failed: bool,
    pub is_kept_alive: bool,
    pub leads_hung: bool,
    pub watched_by: Vec<Ticket>,
    /// The keys that it has read.
    pub has_read: Vec<usize>,
}

/// What the host keeps by the number of a flight.
#[derive(Debug)]
pub struct Flight {
    pub region: u32,
    pub name: usize,
    pub request: usize,
    /// When the call came that began it, when its read was sent, when that landed; when its creator was called. Counted in events.
    pub arrived: u64,
    pub sent: u64,
    pub landed: u64,
    pub called: u64,
    /// When its creator was called, in milliseconds.
    pub begun: f64,
    /// Whether whoever reads has read before.
    pub is_second: bool,
    pub found: Option<Record>,
    pub again: Option<Record>,
    pub again_sent: u64,
    pub record: Option<Record>,
    pub error: Option<u64>,
    pub is_creators_error: bool,
    pub is_creating: bool,
    pub is_run: bool,
    pub is_superseded: bool,
    pub is_abandoned: bool,
    pub has_lock: bool,
    pub is_granted: bool,
    /// Whether the lock was not to be had.
    pub goes_without: bool,
    pub started_at: f64,
}

#[derive(Debug)]
pub struct Batch {
    pub request: usize,
    pub is_aborted: bool,
    pub flights: Vec<u32>,
}

#[derive(Debug)]
pub struct Write {
    pub ticket: Ticket,
    pub request: usize,
    pub records: Vec<(usize, Option<Record>)>,
    pub caller: Option<usize>,
    pub is_flying: bool,
}

/// What is known of the times of invalidation, here and elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub hard: f64,
    pub soft: f64,
}

#[derive(Debug)]
pub struct Region {
    pub settings: Settings,
    pub times: Times,
    /// The same when the event came that is being dealt with.
    pub calm: Times,
    /// What others have told, and nobody here has asked for yet.
    pub news: Times,
    pub invalidated: u64,
    pub reconfigured: u64,
}

pub struct World {
    pub machine: Machine,
    pub time: Clocks,
    pub rng: Rng,
    pub plan: Plan,
    pub is_loud: bool,
    pub cover: Cover,
    /// Counts all that happens.
    pub events: u64,
    pub effects: usize,
    pub is_draining: bool,
    pub depth: usize,
    /// Who acts.
    pub request: usize,
    pub requests: usize,
    pub dead: BTreeSet<usize>,
    /// When a request was seen alive last, in milliseconds.
    pub beats: BTreeMap<usize, f64>,
    pub regions: BTreeMap<u32, Region>,
    pub current_regions: Vec<u32>,
    pub numbers: BTreeMap<usize, u32>,
    pub names: BTreeMap<u32, usize>,
    pub callers: Vec<Caller>,
    pub calls: BTreeMap<u32, Call>,
    pub flights: BTreeMap<u32, Flight>,
    pub batches: BTreeMap<u32, Batch>,
    pub rounds: BTreeMap<u32, usize>,
    pub writes: BTreeMap<u32, Write>,
    pub open: Vec<Operation>,
    pub hung: Vec<(usize, Ticket)>,
    pub hung_runs: Vec<(usize, Ticket)>,
    pub ever_hung: bool,
    /// Nothing hangs any more.
    pub is_ending: bool,
    pub timers: BTreeMap<u32, (Ticket, f64)>,
    pub round_timers: BTreeMap<u32, (usize, Ticket, f64)>,
    pub store: BTreeMap<usize, Record>,
    pub locks: BTreeMap<usize, Lock>,
    /// When each key was written to by a caller of a region, counted in events.
    pub written: BTreeMap<(u32, usize), Vec<u64>>,
    /// How many writes of each key are under way.
    pub flying: BTreeMap<usize, usize>,
    pub least_timeout: BTreeMap<(u32, usize), f64>,
    pub left: BTreeMap<(u32, usize), u64>,
    pub made: u64,
}

impl World {
    pub fn new(plan: Plan, is_loud: bool) -> Self {
        let mut world = Self {
            machine: Machine::new(plan.on_workers),
            time: Clocks::new(),
            rng: Rng::new(0),
            is_loud,
            cover: Cover::default(),
            events: 0,
            effects: 0,
            is_draining: false,
            depth: 0,
            request: 0,
            requests: 0,
            dead: BTreeSet::new(),
            beats: BTreeMap::new(),
            regions: BTreeMap::new(),
            current_regions: Vec::new(),
            numbers: BTreeMap::new(),
            names: BTreeMap::new(),
            callers: Vec::new(),
            calls: BTreeMap::new(),
            flights: BTreeMap::new(),
            batches: BTreeMap::new(),
            rounds: BTreeMap::new(),
            writes: BTreeMap::new(),
            open: Vec::new(),
            hung: Vec::new(),
            hung_runs: Vec::new(),
            ever_hung: false,
            is_ending: false,
            timers: BTreeMap::new(),
            round_timers: BTreeMap::new(),
            store: BTreeMap::new(),
            locks: BTreeMap::new(),
            written: BTreeMap::new(),
            flying: BTreeMap::new(),
            least_timeout: BTreeMap::new(),
            left: BTreeMap::new(),
            made: 0,
            plan,
        };
        for settings in world.plan.regions.clone() {
            let number = world.add_region(settings);
            world.current_regions.push(number);
        }
        world
    }

    pub fn add_region(&mut self, settings: Settings) -> u32 {
        let number = self.machine.add_region(settings);
        let never = Times { hard: f64::NEG_INFINITY, soft: f64::NEG_INFINITY };
        let region = Region { settings, times: never, calm: never, news: never, invalidated: 0, reconfigured: 0 };
        self.regions.insert(number, region);
        number
    }

    /// A number for something that was made.
    pub fn make(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// Whether the backend, a creator or a strategy answers before it returns.
    pub fn is_at_once(&mut self) -> bool {
        self.rng.chance(self.plan.at_once)
    }

    pub fn is_alive(&self, request: usize) -> bool {
        !self.dead.contains(&request)
    }
}
