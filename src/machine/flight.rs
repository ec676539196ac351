//! A flight: one key's read, creation and write for one region.

use super::call::SeatRef;
use super::slab::Ticket;
use crate::freshness::{Invalidated, Metadata, Why};

/// What a flight's read found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    /// Nothing to serve.
    Missing(Why),
    /// A record.
    Record {
        /// Its creation time and version.
        metadata: Metadata,
        /// Its own expiration, if it has one.
        own: Option<f64>,
        /// What the region's strategy says of it, where the region has one.
        invalidated: Invalidated,
    },
    /// The host has an error for whoever judges it.
    Failed,
}

/// How far a flight has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phase {
    /// Its read is under way, or waits for its turn.
    Reading,
    /// Its read has landed; whoever shares that decides.
    Read,
    /// Its leader asks for the backend's lock.
    Locking,
    /// Its creator runs since this time on the steady clock; its timer is set to that one, and has rung for this one.
    Creating { begun: f64, timer_at: f64, rung_at: f64 },
    /// Its creator has settled; the write is under way.
    Storing,
    /// It has ended.
    Done,
}

/// What a flight comes to, for those who wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value that `source` created.
    Created { source: u32 },
    /// What the flight has found under the backend's lock, created by somebody else.
    Found { source: u32 },
    /// An error. A creator's own may be answered by a stale value.
    Rejected { source: u32, is_creators: bool },
    /// Two creators in a row have had their time.
    TimedOut { source: u32 },
    /// Nothing: whoever waits begins again.
    Restart,
}

impl Outcome {
    pub fn is_error(self) -> bool {
        matches!(self, Outcome::Rejected { .. } | Outcome::TimedOut { .. })
    }

    /// The flight that the host knows the outcome by.
    pub fn source(self) -> Option<u32> {
        match self {
            Outcome::Restart => None,
            Outcome::Created { source }
            | Outcome::Found { source }
            | Outcome::Rejected { source, .. }
            | Outcome::TimedOut { source } => Some(source),
        }
    }
}

/// The backend's lock in the hands of a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LockState {
    /// The backend has none for it, or none has been asked for.
    None,
    /// There is one, which has not been asked for yet, or was busy.
    Free,
    /// It is asked for.
    Asking,
    /// It is held.
    Held,
    /// It was not to be had, for it failed or did not answer: its leader goes on without.
    Lost,
    /// It was released, or must not be held any more.
    Over,
}

#[derive(Debug)]
pub(super) struct Flight {
    pub region: u32,
    pub key: u32,
    pub phase: Phase,
    /// Nobody joins it, and its value is not stored.
    pub is_fenced: bool,
    /// It was fenced before anyone had decided what to make of its read: that is made again, once.
    pub is_read_fenced: bool,
    pub is_taken_over: bool,
    /// Born of a takeover: it is not taken over again.
    pub is_last_chance: bool,
    /// Not to be joined, for its backend keeps nothing.
    pub is_solitary: bool,
    /// Whether its creator is in its synchronous part.
    pub is_in_creator: bool,
    /// Whether a runner creates, which keeps the key until it releases.
    pub is_run: bool,
    pub found: Found,
    /// How much had happened to its key when its read landed.
    pub landed_at: u32,
    /// Who reads, then who leads: on Workers it lives as long as that request.
    pub owner: Ticket,
    /// Who shares its read.
    pub boarded: Vec<SeatRef>,
    /// Who waits for what it comes to.
    pub waiters: Vec<SeatRef>,
    /// How many of both have not left by their signal.
    pub waiting: u32,
    /// The flights that were taken over for it, which end with it.
    pub predecessors: Vec<u32>,
    /// Who has taken it over: until that call leads its successor, or dies.
    pub taken_over_by: Option<Ticket>,
    pub successor: Option<u32>,
    pub outcome: Option<Outcome>,
    /// The creator's call that it is part of.
    pub batch: Option<u32>,
    pub lock: LockState,
    /// The calls that ask for this lock together.
    pub round: Option<u32>,
    /// Whether what it has created was written.
    pub is_stored: bool,
    /// Whether its creator's rejection was reported.
    pub is_reported: bool,
    /// When its creator was called, for a strategy that hears of others' invalidations. NaN where that is not asked.
    pub started_at: f64,
    /// By how many it is known: nobody else can come to ask for it.
    pub references: u32,
}

impl Flight {
    pub fn new(region: u32, key: u32, owner: Ticket, is_last_chance: bool, is_solitary: bool) -> Self {
        Self {
            region,
            key,
            phase: Phase::Reading,
            is_fenced: false,
            is_read_fenced: false,
            is_taken_over: false,
            is_last_chance,
            is_solitary,
            is_in_creator: false,
            is_run: false,
            found: Found::Missing(Why::Absent),
            landed_at: 0,
            owner,
            boarded: Vec::new(),
            waiters: Vec::new(),
            waiting: 0,
            predecessors: Vec::new(),
            taken_over_by: None,
            successor: None,
            outcome: None,
            batch: None,
            lock: LockState::None,
            round: None,
            is_stored: false,
            is_reported: false,
            started_at: f64::NAN,
            references: 0,
        }
    }

    /// Whether a creator runs or a value is being written: the key is locked, and an invalidation fences it.
    pub fn is_creation(&self) -> bool {
        matches!(self.phase, Phase::Creating { .. } | Phase::Storing)
    }

    /// Whether nothing more comes of its creator.
    pub fn has_settled(&self) -> bool {
        matches!(self.phase, Phase::Storing | Phase::Done)
    }

    pub fn may_be_taken_over(&self) -> bool {
        matches!(self.phase, Phase::Creating { .. }) && !self.is_last_chance && !self.is_taken_over
    }

    /// Milliseconds on the steady clock at which a caller with this lock timeout does not wait any longer.
    pub fn deadline(&self, lock_timeout: f64) -> f64 {
        match self.phase {
            Phase::Creating { begun, .. } => begun + lock_timeout * 1_000.0,
            _ => f64::INFINITY,
        }
    }

    /// Whether its timer has rung for a caller with this lock timeout. A ring is believed: the timer may go by another clock than the steady one.
    pub fn has_rung_for(&self, lock_timeout: f64) -> bool {
        matches!(self.phase, Phase::Creating { rung_at, .. } if self.deadline(lock_timeout) <= rung_at)
    }

    /// Whether its timer rings no later than a caller with this lock timeout needs it.
    pub fn is_timed_for(&self, lock_timeout: f64) -> bool {
        match self.phase {
            Phase::Creating { begun, timer_at, .. } => timer_at <= begun + lock_timeout * 1_000.0,
            Phase::Reading | Phase::Locking | Phase::Storing => true,
            Phase::Read | Phase::Done => false,
        }
    }
}
