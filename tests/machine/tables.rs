//! What the host keeps by the machine's numbers, and what the tests know of it besides.

use dogpile::machine::{Request, Settings, Ticket};

use crate::tags::{TagTimes, Tags};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    pub value: u64,
    pub created: f64,
    pub version: f64,
    pub own: Option<f64>,
    pub tags: Tags,
    /// When it began to be made.
    pub born: f64,
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
    pub tags: Tags,
    /// The times of the tags when it came.
    pub tag_times: TagTimes,
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
    pub tags: Tags,
    pub seats: Vec<Seat>,
    pub request: usize,
    pub has_failed: bool,
    pub is_kept_alive: bool,
    pub leads_hung: bool,
    pub watched_by: Vec<Ticket>,
    /// The keys that it has read.
    pub has_read: Vec<usize>,
}

impl Call {
    /// Whether others have its promise, too: then whoever leads does not wait for himself alone.
    pub fn is_shared(&self) -> bool {
        self.seats.iter().any(|seat| seat.takers.len() > 1)
    }
}

/// What the host keeps by the number of a flight.
#[derive(Debug, Default)]
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
    /// Whether it was fenced when it was decided to create it.
    pub was_fenced: bool,
    pub found: Option<Record>,
    pub again: Option<Record>,
    pub again_sent: u64,
    pub record: Option<Record>,
    pub error: Option<u64>,
    pub is_creators_error: bool,
    pub is_creating: bool,
    pub is_run: bool,
    /// Whether what it found was to be renewed if it was fresh.
    pub is_early: bool,
    pub is_superseded: bool,
    pub is_abandoned: bool,
    pub has_lock: bool,
    pub is_granted: bool,
    /// Whether the lock was not to be had.
    pub goes_without: bool,
    pub started_at: f64,
    /// Those of the call that it is of, and those that its creator and those who have joined have named.
    pub call_tags: Tags,
    pub tags: Tags,
    /// When its creator was called, by the clock; NaN before that, and where nobody asks.
    pub born: f64,
    /// When one of its tags was known to have ended what it creates; 0 if none was. Counted in events.
    pub ended_at: u64,
    /// When the machine was told that a tag was invalidated, whether or not its creator had been called.
    pub overtaken_at: u64,
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
