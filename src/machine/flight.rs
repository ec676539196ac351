//! A flight: one key's read, creation and write for one region.

use super::call::SeatRef;
use super::slab::{Reusable, Ticket, empty};
use crate::freshness::{Invalidated, Metadata, Why};

/// What a flight's read found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    /// No record, or one that cannot be used.
    Missing(Why),
    /// A record.
    Record {
        /// Its creation time and version.
        metadata: Metadata,
        /// Its own expiration, if it has one.
        own: Option<f64>,
        /// What the region's strategy says of it, where the region has one.
        invalidated: Invalidated,
        /// Whether a call that finds it fresh is to renew it already.
        early: bool,
    },
    /// The host has an error for whoever judges it.
    Failed,
}

/// The phase of a flight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phase {
    /// Its read is running or queued.
    Reading,
    /// Its read has ended; the calls that share it decide.
    Read,
    /// Its leader is acquiring the backend's lock.
    Locking,
    /// Its creator runs since this time on the steady clock; its timer is set to that one, and has rung for this one.
    Creating { begun: f64, timer_at: f64, rung_at: f64 },
    /// Its creator has settled; the write is running.
    Storing,
    /// It has ended.
    Done,
}

/// The outcome of a flight for waiting calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value that `source` created.
    Created { source: u32 },
    /// The record found under the backend's lock, created by another process.
    Found { source: u32 },
    /// An error. If it is the creator's, callers may get a stale value instead.
    Rejected { source: u32, is_creators: bool },
    /// Two loads in a row took too long.
    TimedOut { source: u32 },
    /// No outcome: waiting calls start again.
    Restart,
}

impl Outcome {
    pub fn is_error(self) -> bool {
        matches!(self, Outcome::Rejected { .. } | Outcome::TimedOut { .. })
    }

    /// The flight with which the host keeps the outcome.
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

/// The state of a flight's lock in the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LockState {
    /// There is no lock, or it was not asked for.
    None,
    /// There is a lock, which was not requested yet or was busy.
    Free,
    /// It is being acquired.
    Asking,
    /// It is held.
    Held,
    /// It failed or did not respond: the leader continues without it.
    Lost,
    /// It was released, or has to be.
    Over,
}

#[derive(Debug)]
pub(super) struct Flight {
    pub region: u32,
    pub key: u32,
    pub phase: Phase,
    /// It cannot be joined, and its value is not stored.
    pub is_fenced: bool,
    /// It was fenced before any decision about its record: the read is repeated once.
    pub is_read_fenced: bool,
    pub is_taken_over: bool,
    /// It is the result of a takeover, and is not taken over again.
    pub is_last_chance: bool,
    /// It cannot be joined, because its backend stores nothing.
    pub is_solitary: bool,
    /// Whether its creator is in its synchronous part.
    pub is_in_creator: bool,
    /// Whether it renews a record that was fresh.
    pub is_early: bool,
    /// Whether a runner creates, which keeps the key until it releases.
    pub is_run: bool,
    pub found: Found,
    /// How much had happened to its key when its read landed.
    pub landed_at: u32,
    /// How many writes its key had seen by then.
    pub landed_writes: u32,
    /// The call that reads, then the one that leads: on Workers the flight lives as long as its request.
    pub owner: Ticket,
    /// The seats that share its read.
    pub boarded: Vec<SeatRef>,
    /// The seats that wait for its outcome.
    pub waiters: Vec<SeatRef>,
    /// How many of both were not cancelled by their signal.
    pub waiting: u32,
    /// The flights that were taken over for it, which end with it.
    pub predecessors: Vec<u32>,
    /// The call that took it over, until that call leads its successor or dies.
    pub taken_over_by: Option<Ticket>,
    pub successor: Option<u32>,
    pub outcome: Option<Outcome>,
    /// The creator's call that it is part of.
    pub batch: Option<u32>,
    pub lock: LockState,
    /// The calls that ask for this lock together.
    pub round: Option<u32>,
    /// Its place among those whose locks were won.
    pub place: u32,
    /// Whether what it has created was written.
    pub is_stored: bool,
    /// Whether its creator has failed while the flight goes on.
    pub has_failed: bool,
    /// Whether a caller has got that rejection.
    pub is_heard: bool,
    /// Whether it was reported.
    pub is_reported: bool,
    /// When its load started, for a strategy with invalidations of others; NaN if it is not needed.
    pub started_at: f64,
    /// The number of references to it.
    pub references: u32,
}

impl Default for Flight {
    fn default() -> Self {
        Self {
            region: 0,
            key: 0,
            phase: Phase::Reading,
            is_fenced: false,
            is_read_fenced: false,
            is_taken_over: false,
            is_last_chance: false,
            is_solitary: false,
            is_in_creator: false,
            is_early: false,
            is_run: false,
            found: Found::Missing(Why::Absent),
            landed_at: 0,
            landed_writes: 0,
            owner: Ticket::NONE,
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
            place: 0,
            is_stored: false,
            has_failed: false,
            is_heard: false,
            is_reported: false,
            started_at: f64::NAN,
            references: 0,
        }
    }
}

impl Reusable for Flight {
    fn clear(&mut self) {
        empty(&mut self.boarded);
        empty(&mut self.waiters);
        self.predecessors.clear();
        (self.phase, self.found, self.outcome) = (Phase::Reading, Found::Missing(Why::Absent), None);
        (self.is_fenced, self.is_read_fenced, self.is_taken_over, self.is_in_creator) = (false, false, false, false);
        (self.is_early, self.is_run, self.is_stored) = (false, false, false);
        (self.has_failed, self.is_heard, self.is_reported) = (false, false, false);
        (self.waiting, self.references) = (0, 0);
        (self.taken_over_by, self.successor, self.batch, self.round) = (None, None, None, None);
        (self.lock, self.started_at) = (LockState::None, f64::NAN);
    }
}

impl Flight {
    /// Whether a creator runs or a value is being written: the key is locked, and an invalidation fences it.
    pub fn is_creation(&self) -> bool {
        matches!(self.phase, Phase::Creating { .. } | Phase::Storing)
    }

    /// Whether its creator can have no more effect.
    pub fn has_settled(&self) -> bool {
        matches!(self.phase, Phase::Storing | Phase::Done)
    }

    pub fn may_be_taken_over(&self) -> bool {
        matches!(self.phase, Phase::Creating { .. }) && !self.is_last_chance && !self.is_taken_over
    }

    /// When a caller with this lock timeout stops waiting, in milliseconds of the steady clock.
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
