//! The region as a state machine that knows nothing of its host.
//!
//! Events arrive as method calls: a call, a finished read, a settled creator, a timer. The host's work comes out as a
//! queue of [`Effect`]s. Everything is a number here; the host keeps keys, records, creators and promises by these numbers. The machine is not borrowed
//! while the host acts on an effect, so user code may call back at any time.
//!
//! | file | contents |
//! |---|---|
//! | `call` | the options of one call, with a seat for each of its keys |
//! | `round` | the steps of a call: refresh, join or start flights, read, decide, repeat |
//! | `flight` | one key's read, creation and write, and its phases |
//! | `decision` | the decision of a seat after a read: be served, lead, wait, take over |
//! | `early` | renews a fresh record before it expires |
//! | `serving` | whether a record is fresh for a call, and how the call gets it |
//! | `waiting` | the result of a waiting seat, and its time limit |
//! | `takeover` | replaces a leader that is late or dead |
//! | `batch`, `creation`, `storing` | the creator's call, for many keys at once, and its values |
//! | `runner` | a region's runner, which loads stale values in the background |
//! | `lock`, `lock_round` | the backend's locks, shared with other tabs, isolates and processes |
//! | `peek` | a shortcut with only numbers, for callers of a key that is loading |
//! | `write_queue`, `read_queue` | writes of a key, one after another; reads wait for them |
//! | `fence` | events after which a flight's value must not be stored |
//! | `cancellation` | callers that stop waiting, by a signal or a timeout |
//! | `heartbeat` | Workers, where a request may die at any time |
//! | `dropping` | hosts that report the end of a request |

use std::collections::VecDeque;

mod batch;
mod call;
mod cancellation;
mod creation;
mod decision;
mod dropping;
mod early;
mod effect;
mod fence;
mod flight;
mod heartbeat;
mod key;
mod lock;
mod lock_round;
mod peek;
mod read_queue;
mod region;
mod round;
mod runner;
mod serving;
mod slab;
mod storing;
mod takeover;
mod waiting;
mod write_queue;

pub use call::Request;
pub use creation::Accepted;
pub use effect::{Effect, Event, Failure, Served};
pub use flight::Found;
pub use lock::LockAnswer;
pub use peek::Peek;
pub use region::{Counts, Settings};
pub use runner::Released;
pub use slab::Ticket;

use batch::Batch;
use call::{Call, SeatRef};
use flight::Flight;
use key::Key;
use lock::LockRound;
use region::Region;
use slab::Slab;
use write_queue::Write;

/// The host's clocks. Reading one costs as much as a decision, so they are read only when needed.
pub trait Time {
    /// Seconds since the epoch, by the region's clock.
    fn now(&self) -> f64;
    /// A creation time, later than every other one.
    fn stamp(&self) -> f64;
    /// Milliseconds on a monotonic clock.
    fn steady(&self) -> f64;
}

/// The regions over one backend, and their running work.
#[derive(Debug)]
pub struct Machine {
    regions: Slab<Region>,
    keys: Slab<Key>,
    calls: Slab<Call>,
    flights: Slab<Flight>,
    batches: Slab<Batch>,
    lock_rounds: Slab<LockRound>,
    writes: Slab<Write>,
    effects: VecDeque<Effect>,
    /// Seats that have to look at what they wait for.
    woken: VecDeque<SeatRef>,
    /// Calls with open seats.
    listed: VecDeque<Ticket>,
    /// Rounds of locks one of which was released.
    released_in: VecDeque<Ticket>,
    /// The memory of the list of what a call is to lead.
    led: Vec<(u32, u32)>,
    /// Whether promises belong to the request that made them: nobody is woken then, everyone looks by himself.
    on_workers: bool,
}

impl Machine {
    /// Whether requests may die. In the npm package's build for all hosts but Workers they never do, and what is done about it is not compiled.
    const fn on_workers(&self) -> bool {
        cfg!(any(feature = "workers", not(feature = "js"))) && self.on_workers
    }

    /// A machine for one backend. `on_workers`: whether requests may die.
    pub const fn new(on_workers: bool) -> Self {
        Self {
            regions: Slab::new(),
            keys: Slab::new(),
            calls: Slab::new(),
            flights: Slab::new(),
            batches: Slab::new(),
            lock_rounds: Slab::new(),
            writes: Slab::new(),
            effects: VecDeque::new(),
            woken: VecDeque::new(),
            listed: VecDeque::new(),
            released_in: VecDeque::new(),
            led: Vec::new(),
            on_workers,
        }
    }

    /// A region over the backend.
    pub fn add_region(&mut self, settings: Settings) -> u32 {
        let region = self.regions.add();
        self.regions[region].settings = settings;
        region
    }

    /// The region was configured anew, over the same backend. `is_new`: what is under way is not stored, and whoever begins again does so from the
    /// beginning.
    pub fn configure(&mut self, region: u32, settings: Settings, is_new: bool, time: &impl Time) {
        let it = &mut self.regions[region];
        it.settings = settings;
        if is_new {
            it.generation += 1;
            self.fence_all(region);
            self.settle(time);
        }
    }

    /// The region has another backend now: what is under way is not stored, and whoever begins again does so there.
    pub fn retire(&mut self, region: u32, time: &impl Time) {
        self.regions[region].generation += 1;
        self.fence_all(region);
        self.settle(time);
    }

    /// Nobody has the region any more.
    pub fn remove_region(&mut self, region: u32) {
        if self.flights.slots().all(|flight| self.flights[flight].region != region) {
            self.regions.remove(region);
        }
    }

    /// What a region has counted.
    pub fn counts(&self, region: u32) -> Counts {
        self.regions[region].counts
    }

    /// How a region is configured.
    pub fn settings(&self, region: u32) -> &Settings {
        &self.regions[region].settings
    }

    /// What is under way: keys, calls, flights, creators' calls, locks, writes.
    pub fn sizes(&self) -> [usize; 6] {
        [self.keys.len(), self.calls.len(), self.flights.len(), self.batches.len(), self.lock_rounds.len(), self.writes.len()]
    }

    /// The next effect for the host. A number is reused only after the host got the effect that frees it.
    #[inline(never)]
    pub fn next_effect(&mut self) -> Option<Effect> {
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::EndCall { call } => self.calls.remove(call),
                Effect::ForgetFlight { flight } => self.flights.remove(flight),
                Effect::ForgetBatch { batch } => self.batches.remove(batch),
                Effect::ForgetRound { round } => self.lock_rounds.remove(round),
                Effect::ForgetWrite { write } => self.writes.remove(write),
                Effect::ForgetKey { key } if self.keys.get(key).is_none_or(|key| key.references > 0) => continue,
                Effect::ForgetKey { key } => self.keys.remove(key),
                // User code has been called since the look at what may be stored.
                Effect::Store { batch } if !self.may_store_all(batch) => return Some(Effect::HearToStore { batch }),
                _ => {}
            }
            return Some(effect);
        }
        None
    }

    /// One thing more for the host. Out of line, like all that stands in many places: the code is downloaded by every visitor.
    #[inline(never)]
    fn push(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    /// Goes on until nobody has anything left to look at.
    #[inline(never)]
    fn settle(&mut self, time: &impl Time) {
        loop {
            if let Some(round) = self.released_in.pop_front() {
                self.go_on_after_release(round, time);
            } else if let Some(SeatRef { call, seat }) = self.woken.pop_front() {
                if self.calls.is_current(call) {
                    self.look_at_seat(call.slot, seat, false, time);
                }
            } else if let Some(call) = self.listed.pop_front() {
                if self.calls.is_current(call) {
                    self.calls[call.slot].is_listed = false;
                    self.go_on(call.slot, time);
                }
            } else {
                return;
            }
        }
    }

    /// The call has an open seat, or may be over.
    #[inline(never)]
    fn list(&mut self, call: u32) {
        let it = &mut self.calls[call];
        if !it.is_listed {
            it.is_listed = true;
            self.listed.push_back(self.calls.ticket(call));
        }
    }
}
