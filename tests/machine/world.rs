//! A host without a platform: it acts on every effect, with everything that a real host may do.

use std::collections::{BTreeMap, BTreeSet};

use dogpile::machine::{Machine, Settings, Ticket};

use crate::clock::Clocks;
use crate::cover::Cover;
use crate::locks::Lock;
use crate::operations::Operation;
use crate::plan::Plan;
use crate::rng::Rng;
use crate::tags::TagTimes;

macro_rules! say {
    ($world:expr, $($what:tt)*) => { if $world.is_loud { println!($($what)*); } };
}
pub(crate) use say;

pub use crate::tables::{Batch, Call, Caller, Failed, Flight, Record, Region, Seat, Times, Write};

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
    /// When the host began to act on what is decided now.
    pub calm_at: u64,
    /// When each key was written to by a caller of any region, counted in events.
    pub written: BTreeMap<usize, Vec<u64>>,
    /// How many writes of each key are under way.
    pub flying: BTreeMap<usize, usize>,
    /// Whether a living request's timers were so late that it may have been taken for dead.
    pub was_silent: bool,
    /// The requests whose timers fire now after so long a time: not all of their calls have been seen alive yet.
    pub were_silent: Vec<usize>,
    pub least_timeout: BTreeMap<(u32, usize), f64>,
    pub left: BTreeMap<(u32, usize), u64>,
    pub made: u64,
    /// The times of the tags that are known here, those when the event came that is being dealt with, and those of others.
    pub tag_times: TagTimes,
    pub calm_tags: TagTimes,
    pub tag_news: TagTimes,
    /// The latest time that was given by a clock that may stand still.
    pub tags_at: f64,
}

impl World {
    pub fn new(plan: Plan, is_loud: bool) -> Self {
        let mut world = Self {
            machine: Machine::new(plan.on_workers),
            time: Clocks::new(plan.has_own_clock, plan.has_faked_timers),
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
            calm_at: 0,
            written: BTreeMap::new(),
            flying: BTreeMap::new(),
            was_silent: false,
            were_silent: Vec::new(),
            least_timeout: BTreeMap::new(),
            left: BTreeMap::new(),
            made: 0,
            tag_times: TagTimes::default(),
            calm_tags: TagTimes::default(),
            tag_news: TagTimes::default(),
            tags_at: 0.0,
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
