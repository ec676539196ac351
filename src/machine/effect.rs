//! What the host is told to do.

use super::slab::Ticket;

/// How a value comes to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// What the flight's read found is fresh.
    Fresh = 0,
    /// What the flight's read found is stale.
    Stale = 1,
    /// What the flight's creator gave.
    Created = 2,
    /// The same, to a call that did not lead.
    Coalesced = 3,
}

/// Why a call rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// With what the flight has come to: its creator's rejection, or what kept its value from being stored.
    Rejected(u32),
    /// Two creators in a row have not ended within `lock_timeout`.
    LockTimeout,
    /// Its own `timeout` has passed, and there is nothing stale for it.
    Timeout,
    /// Its signal was aborted.
    Aborted,
    /// The backend failed to read, or a strategy to judge, what the flight found.
    Unread(u32),
    /// With an error that the host keeps for the call.
    Thrown,
}

/// What an observer is told of one key of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A fresh value was served.
    Hit = 0,
    /// A stale value was served.
    Stale = 1,
    /// There was none to serve.
    Miss = 2,
    /// The caller waits for another's creation.
    Wait = 3,
    /// A leader was replaced.
    Takeover = 4,
}

/// One thing to do for the host, in the order in which they come. What has a ticket is answered by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Ask the region's strategy whether others have invalidated; then comes `refreshed`.
    Refresh {
        /// The call that waits for that.
        call: Ticket,
    },
    /// Ask the strategy what it says of the flights that this call meets; then comes `heard`.
    Hear {
        /// The call that meets them.
        call: Ticket,
    },
    /// Read the keys of `Machine::reads`; then comes `landed` for each, and `decide`.
    Read {
        /// Who reads.
        call: Ticket,
    },
    /// Find out which of `Machine::asked` have a lock in the backend; then comes `lock_found` for each of those, and `locks_found`.
    FindLocks {
        /// The flights of one call that are to be led under locks.
        round: Ticket,
    },
    /// Ask for the backend's lock of a flight; then comes `lock_answered`.
    Lock {
        /// Whose lock.
        flight: Ticket,
        /// Whether to wait for it.
        wait: bool,
    },
    /// Nobody wants this lock any more: whoever is asked for it is told.
    GiveUpLock {
        /// Whose lock.
        flight: u32,
    },
    /// Ask what the last holder of this lock has left; then comes `handed_over`.
    HandOver {
        /// Whose lock.
        flight: Ticket,
    },
    /// Read the keys of `Machine::asked` once more; then comes `landed_again` for each, and `reread`.
    ReadAgain {
        /// The flights whose locks were acquired.
        round: Ticket,
    },
    /// What was handed over, or read again, is what this flight has found.
    Adopt {
        /// Which.
        flight: u32,
    },
    /// Release this lock; then comes `unlocked`, for the round.
    Unlock {
        /// Whose lock.
        flight: u32,
        /// The flights that it was acquired with.
        round: Ticket,
        /// Whether what was written is handed over to the next holder.
        is_stored: bool,
    },
    /// Call the creator for the flights of `Machine::batch`; then comes `created`.
    Create {
        /// One call of a creator.
        batch: Ticket,
    },
    /// Let the region's runner create; then comes `runner_began` or `runner_failed`, and `released`.
    Run {
        /// What it is to create.
        flight: Ticket,
    },
    /// Look at what was created, whether it may be stored; then comes `accepted`.
    Accept {
        /// Whose values.
        batch: Ticket,
    },
    /// As `Refresh`, before a batch is stored; then comes `refreshed_to_store`.
    RefreshToStore {
        /// What is to be stored.
        batch: Ticket,
    },
    /// As `Hear`, before a batch is stored; then comes `store`.
    HearToStore {
        /// What is to be stored.
        batch: Ticket,
    },
    /// Write what `Machine::stores` says; then comes `store_sent` unless that ends at once, and `stored`.
    Store {
        /// What is to be stored.
        batch: Ticket,
    },
    /// Send a write whose turn has come; then comes `wrote`.
    Send {
        /// Which.
        write: Ticket,
    },
    /// A call gets this for one of its keys.
    Serve {
        /// Who.
        call: u32,
        /// Which of its keys.
        seat: u32,
        /// Where from.
        flight: u32,
        /// How.
        how: Served,
    },
    /// A call rejects.
    Fail {
        /// Who.
        call: u32,
        /// Why.
        why: Failure,
    },
    /// The region was configured anew: a call's keys that are still open begin again there.
    Restart {
        /// Who.
        call: u32,
        /// Which of its keys.
        seat: u32,
    },
    /// A creator's signal aborts, for the reason of the call that was the last to leave.
    Abort {
        /// Whose.
        batch: u32,
        /// Whose signal gives the reason.
        call: u32,
    },
    /// Bring `timer_fired` after so many milliseconds, in place of an earlier timer.
    SetTimer {
        /// Whose timer.
        flight: Ticket,
        /// From now.
        milliseconds: f64,
    },
    /// Bring `round_timer_fired` after so many milliseconds.
    SetRoundTimer {
        /// Which.
        round: Ticket,
        /// From now.
        milliseconds: f64,
    },
    /// Not any more.
    ClearRoundTimer {
        /// Which.
        round: u32,
    },
    /// Not any more.
    ClearTimer {
        /// Whose timer.
        flight: u32,
    },
    /// Tell the region's observer.
    Tell {
        /// Who.
        call: u32,
        /// Which of its keys.
        seat: u32,
        /// What.
        event: Event,
        /// Why there is nothing to serve, as a number.
        why: u32,
    },
    /// A creator's rejection was answered by a stale value: report it.
    Report {
        /// Whose.
        flight: u32,
    },
    /// What this call has begun must outlive its request; on Workers it is seen alive from now on, by `beat`.
    KeepAlive {
        /// Who.
        call: Ticket,
    },
    /// On Workers: follow the request of another call, and `look` when it says so.
    Watch {
        /// Who follows.
        call: Ticket,
        /// Whom.
        owner: u32,
    },
    /// On Workers: those who follow this call look again.
    Changed {
        /// Who.
        call: u32,
    },
    /// A call is over, with all that it has begun: its number is free.
    EndCall {
        /// Who.
        call: u32,
    },
    /// A flight is over: its number is free.
    ForgetFlight {
        /// Which.
        flight: u32,
    },
    /// A creator's call is over: its number is free.
    ForgetBatch {
        /// Which.
        batch: u32,
    },
    /// The flights of a call need no lock any more: the number is free.
    ForgetRound {
        /// Which.
        round: u32,
    },
    /// A write is over: its number is free.
    ForgetWrite {
        /// Which.
        write: u32,
    },
    /// Nothing is under way for a key: its number is free.
    ForgetKey {
        /// Which.
        key: u32,
    },
}
