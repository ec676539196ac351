//! One call of `getOrCreate` or similar: its options, and a seat for each of its keys.

use super::heartbeat::{Heartbeat, Seen};
use super::slab::{Reusable, Ticket, empty};

/// The options of one call. Durations are seconds; infinity means never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// Its own expiration, if it has one.
    pub expiration: Option<f64>,
    /// How long a load may run before this call takes over.
    pub lock_timeout: f64,
    /// If the creator fails, a value that expired no longer ago than this is returned.
    pub stale_if_error: Option<f64>,
    /// Loads even if there is a fresh value.
    pub force_refresh: bool,
    /// It is of many keys: one read, one creator's call and one write for all of them.
    pub is_multi: bool,
    /// Whether a runner replaces what is stale, if it does not leave that to its region.
    pub revalidates: Option<bool>,
    /// The host is to be told when it begins what must outlive the request that it came with.
    pub outlives: bool,
    /// Calls with the same options may share its promise.
    pub is_shareable: bool,
}

impl Request {
    /// Of a call that asks for nothing.
    pub(super) const NONE: Request = Request {
        expiration: None,
        lock_timeout: f64::INFINITY,
        stale_if_error: None,
        force_refresh: false,
        is_multi: true,
        revalidates: None,
        outlives: false,
        is_shareable: false,
    };
}

/// Where a call stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its open seats, if it has any, have to be looked after.
    Open,
    /// The strategy is asked, or the flights that it meets are heard.
    Refreshing,
    /// It waits for its own reads and for those that it shares.
    Reading,
}

/// How a caller stopped waiting before its call was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It has not.
    No,
    /// By its `timeout`: what it has begun goes on, and it still leads what it reads.
    TimedOut,
    /// By its signal or with an error: it wants nothing to be created any more.
    Gone,
}

/// What a seat waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To be looked after.
    Open,
    /// A flight's read.
    Boarded(u32),
    /// What a flight comes to, as its leader or not.
    Waiting { flight: u32, leads: bool },
    /// Nothing: it has what it gets, or its caller has left.
    Done,
}

/// One key of a call.
#[derive(Debug)]
pub(super) struct Seat {
    pub key: u32,
    pub place: Place,
    /// The flight whose read it has judged last.
    pub judged: Option<u32>,
    /// The flight that it has taken over, and not yet followed by another.
    pub taken_over: Option<u32>,
    /// Flights that were taken over after it had waited for them: their values are still good for it.
    pub waited_for: Vec<u32>,
    /// The flight whose creator has failed, while a read looks for what serves instead: what was found before is replaced.
    pub rejected: Option<u32>,
    /// A read that was fenced off is made again once.
    pub has_read_again: bool,
    /// What it leads replaces something stale.
    pub is_stale: bool,
    pub is_counted: bool,
    pub is_announced: bool,
    /// Whether what it has taken over had died with its request: such a takeover is not a last chance.
    pub has_seen_death: bool,
    /// Of whom it has seen how many heartbeats, and how often no new one.
    pub seen: Seen,
}

impl Seat {
    pub fn new(key: u32) -> Self {
        Self {
            key,
            place: Place::Open,
            judged: None,
            taken_over: None,
            waited_for: Vec::new(),
            rejected: None,
            has_read_again: false,
            is_stale: false,
            is_counted: false,
            is_announced: false,
            has_seen_death: false,
            seen: Seen::default(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Call {
    pub region: u32,
    pub request: Request,
    /// How often the region had been configured when it came.
    pub generation: u32,
    /// How many callers share its promise.
    pub callers: u32,
    pub seats: Vec<Seat>,
    pub stage: Stage,
    pub left: Left,
    /// Whether the strategy was asked in this round.
    pub is_refreshed: bool,
    /// The flights that it reads.
    pub reads: Vec<u32>,
    /// Whether its own read is under way, or waits for its turn.
    pub is_reading: bool,
    /// Whether that was sent.
    pub is_read_sent: bool,
    /// The writes that its read waits for.
    pub blockers: Vec<u32>,
    /// On Workers: what was seen of those whose writes it waits for.
    pub seen_writers: Vec<Seen>,
    /// On Workers: the write of a `set` or `delete`, which is a call without seats there.
    pub write: Option<u32>,
    /// How much of what it has begun goes on without it: creations, locks, runners, a write.
    pub work: u32,
    /// Whether the host keeps it alive.
    pub is_kept_alive: bool,
    /// Whether it is on the list of those to be looked after.
    pub is_listed: bool,
    /// Whether the host is told that it is over.
    pub has_ended: bool,
    pub heartbeat: Heartbeat,
    /// On Workers: what it leads, for what others decide about that.
    pub leads: Vec<u32>,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            region: 0,
            request: Request::NONE,
            generation: 0,
            callers: 1,
            seats: Vec::new(),
            stage: Stage::Open,
            left: Left::No,
            is_refreshed: false,
            reads: Vec::new(),
            is_reading: false,
            is_read_sent: false,
            blockers: Vec::new(),
            seen_writers: Vec::new(),
            write: None,
            work: 0,
            is_kept_alive: false,
            is_listed: false,
            has_ended: false,
            heartbeat: Heartbeat::default(),
            leads: Vec::new(),
        }
    }
}

impl Reusable for Call {
    fn clear(&mut self) {
        empty(&mut self.seats);
        self.reads.clear();
        self.blockers.clear();
        self.seen_writers.clear();
        self.leads.clear();
        (self.callers, self.stage, self.left) = (1, Stage::Open, Left::No);
        (self.is_refreshed, self.is_reading, self.is_read_sent) = (false, false, false);
        (self.write, self.work, self.heartbeat) = (None, 0, Heartbeat::default());
        (self.is_kept_alive, self.is_listed, self.has_ended) = (false, false, false);
        self.request = Request::NONE;
    }
}

impl Call {
    pub fn is_over(&self) -> bool {
        self.work == 0 && !self.is_reading && self.seats.iter().all(|seat| seat.place == Place::Done)
    }
}

/// A seat that waits in a flight. It may have gone since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SeatRef {
    pub call: Ticket,
    pub seat: u32,
}
