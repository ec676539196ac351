//! The effects for the host.

use super::slab::Ticket;

/// Where a caller's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// The flight's record, which is fresh.
    Fresh = 0,
    /// The flight's record, which is stale.
    Stale = 1,
    /// The value of the flight's creator, for the leader.
    Created = 2,
    /// The value of the flight's creator, for another call.
    Coalesced = 3,
}

/// Why a call rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The flight's error: its creator's rejection, or the error of storing the value.
    Rejected(u32),
    /// Two loads in a row took longer than `lock_timeout`.
    LockTimeout,
    /// Its `timeout` has passed, and there is no stale value.
    Timeout,
    /// Its signal was aborted.
    Aborted,
    /// The backend failed to read, or a strategy to judge, what the flight found.
    Unread(u32),
    /// An error that the host keeps for the call.
    Thrown,
}

/// The observer's events for one key of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A fresh value was returned.
    Hit = 0,
    /// A stale value was returned.
    Stale = 1,
    /// There was no value to return.
    Miss = 2,
    /// The caller waits for another caller's load.
    Wait = 3,
    /// A leader was replaced.
    Takeover = 4,
}

/// One effect for the host, in order. Effects with a ticket are answered with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Ask the region's strategy whether others have invalidated; then comes `refreshed`.
    Refresh {
        /// The call that waits for that.
        call: Ticket,
    },
    /// Ask the strategy about the flights that this call joins; then comes `heard`.
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
    /// The lock is no longer needed: cancel the request for it.
    GiveUpLock {
        /// Whose lock.
        flight: u32,
    },
    /// Ask for the record that the lock's last holder left; then comes `handed_over`.
    HandOver {
        /// Whose lock.
        flight: Ticket,
    },
    /// Read the keys of `Machine::asked` once more; then comes `landed_again` for each, and `reread`.
    ReadAgain {
        /// The flights whose locks were acquired.
        round: Ticket,
    },
    /// As `Hear`, about `Machine::found_again`: what was handed over or read again may have been invalidated since then; then comes `heard_again`.
    HearAgain {
        /// The flights whose locks were acquired.
        round: Ticket,
    },
    /// Use the record that was handed over or read again for this flight.
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
    /// Start the region's runner; then comes `runner_began` or `runner_failed`, and `released`.
    Run {
        /// What it is to create.
        flight: Ticket,
    },
    /// Decide whether the created values are stored; then comes `accepted`.
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
    /// Write the records of `Machine::stores`; then comes `store_sent`, unless that ends at once, and `stored`.
    Store {
        /// What is to be stored.
        batch: Ticket,
    },
    /// Send a write when it is its turn; then comes `wrote`.
    Send {
        /// Which.
        write: Ticket,
    },
    /// Give a call the value of one of its keys.
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
    /// The region was configured again: start the call's open keys again.
    Restart {
        /// Who.
        call: u32,
        /// Which of its keys.
        seat: u32,
    },
    /// Abort a creator's signal, with the reason of the last call that was cancelled.
    Abort {
        /// Whose.
        batch: u32,
        /// Whose signal gives the reason.
        call: u32,
    },
    /// Set the flight's timer: `timer_fired` after this time, instead of an earlier timer.
    SetTimer {
        /// Whose timer.
        flight: Ticket,
        /// From now.
        milliseconds: f64,
    },
    /// Set the round's timer: `round_timer_fired` after this time.
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
        /// Why there is no value, as a number.
        why: u32,
    },
    /// Callers got a stale value instead of a creator's rejection: report the rejection.
    Report {
        /// Whose.
        flight: u32,
    },
    /// Keep the work of this call alive after its request; on Workers it has a heartbeat from now on, `beat`.
    KeepAlive {
        /// Who.
        call: Ticket,
    },
    /// On Workers: follow the request of another call, and call `look` when it notifies.
    Watch {
        /// Who follows.
        call: Ticket,
        /// Whom.
        owner: u32,
    },
    /// On Workers: notify the followers of this call.
    Changed {
        /// Who.
        call: u32,
    },
    /// A call and its work have ended: its number is free.
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
    /// A lock round has ended: its number is free.
    ForgetRound {
        /// Which.
        round: u32,
    },
    /// A write is over: its number is free.
    ForgetWrite {
        /// Which.
        write: u32,
    },
    /// A key has no work left: its number is free.
    ForgetKey {
        /// Which.
        key: u32,
    },
}
