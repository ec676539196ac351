//! What the host is told to do, in numbers. `pkg/host/numbers.js` has the same names; a test compares them.

use super::imports::Host;
use crate::machine::{Effect, Failure};

/// One thing that the host does, by `Host::act`. What is done for a list of flights is told flight by flight, with how many more there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A call reads a flight's key; with the last one the read is sent.
    Read,
    /// A creator is called for a flight; with the last one it is called, or once more told all of this in its own caller's context.
    Create,
    /// Whether a creator has given a value for a flight.
    HasValue,
    /// Makes a record of that, and says whether it may be stored.
    Accept,
    /// A flight's record is written; with the last one the write is sent.
    Store,
    /// A call gets what a flight has found or created.
    Serve,
    /// Numbers are free again: a call's, a flight's, a creator's call's, a key's, each plus one.
    Forget,
    /// A write is over.
    ForgetWrite,
    /// A round of locks is over.
    ForgetRound,
    /// What a call has begun must outlive its request.
    KeepAlive,
    /// A flight's timer is set.
    SetTimer,
    /// Not any more.
    ClearTimer,
    /// A write is sent.
    Send,
    /// A call rejects.
    Fail,
    /// The region's observer is told.
    Tell,
    /// A creator's rejection is reported.
    Report,
    /// A call's key begins again.
    Restart,
    /// A creator's signal aborts.
    Abort,
    /// A call follows another's request.
    Watch,
    /// Those who follow a call look again.
    Changed,
    /// The region's runner creates.
    Run,
    /// A strategy is asked for news, for a call.
    Refresh,
    /// The same before a creator's values are stored.
    RefreshToStore,
    /// Whether a strategy knows of an invalidation since a time.
    IsOvertaken,
    /// What a strategy says of a creation time.
    Says,
    /// The error of a call is the one of its creator's flights, too.
    AdoptError,
    /// Whether the backend has a lock for a flight.
    FindLock,
    /// The lock is asked for.
    Lock,
    /// Nobody wants it any more.
    GiveUpLock,
    /// What its last holder has left is asked for.
    HandOver,
    /// A round reads a flight's key again; with the last one the read is sent.
    ReadAgain,
    /// What was read again is what the flight has found.
    Adopt,
    /// The lock is released.
    Unlock,
    /// A round's timer is set.
    SetRoundTimer,
    /// Not any more.
    ClearRoundTimer,
}

/// What is over, told at once: each call would be a crossing more.
#[derive(Debug, Default)]
pub(super) struct Over {
    call: u32,
    flight: u32,
    batch: u32,
    key: u32,
}

impl Over {
    /// Whether this effect is told with the others: with one of each kind.
    pub fn takes(&mut self, effect: Effect) -> bool {
        let (place, number) = match effect {
            Effect::EndCall { call } => (&mut self.call, call),
            Effect::ForgetFlight { flight } => (&mut self.flight, flight),
            Effect::ForgetBatch { batch } => (&mut self.batch, batch),
            Effect::ForgetKey { key } => (&mut self.key, key),
            _ => return false,
        };
        let is_free = *place == 0;
        if is_free {
            *place = number + 1;
        }
        is_free
    }

    pub fn tell(&mut self, host: &Host) {
        let Over { call, flight, batch, key } = std::mem::take(self);
        if call | flight | batch | key != 0 {
            host.tell(Act::Forget as u32, call, flight, batch, key, 0.0);
        }
    }
}

/// What needs no answer.
#[inline(never)]
pub(super) fn tell(host: &Host, effect: Effect) {
    let (act, [a, b, c, d], x) = match effect {
        Effect::ForgetWrite { write } => (Act::ForgetWrite, [write, 0, 0, 0], 0.0),
        Effect::ForgetRound { round } => (Act::ForgetRound, [round, 0, 0, 0], 0.0),
        Effect::Serve { call, seat, flight, how } => (Act::Serve, [call, seat, flight, how as u32], 0.0),
        Effect::Fail { call, why } => (Act::Fail, failure(call, why), 0.0),
        Effect::Tell { call, seat, event, why } => (Act::Tell, [call, seat, event as u32, why], 0.0),
        Effect::Report { flight } => (Act::Report, [flight, 0, 0, 0], 0.0),
        Effect::Restart { call, seat } => (Act::Restart, [call, seat, 0, 0], 0.0),
        Effect::Abort { batch, call } => (Act::Abort, [batch, call, 0, 0], 0.0),
        Effect::KeepAlive { call } => (Act::KeepAlive, [call.slot, 0, 0, 0], 0.0),
        Effect::Watch { call, owner } => (Act::Watch, [call.slot, owner, 0, 0], 0.0),
        Effect::Changed { call } => (Act::Changed, [call, 0, 0, 0], 0.0),
        Effect::SetTimer { flight, milliseconds } => (Act::SetTimer, [flight.slot, flight.serial, 0, 0], milliseconds),
        Effect::ClearTimer { flight } => (Act::ClearTimer, [flight, 0, 0, 0], 0.0),
        Effect::SetRoundTimer { round, milliseconds } => (Act::SetRoundTimer, [round.slot, round.serial, 0, 0], milliseconds),
        Effect::ClearRoundTimer { round } => (Act::ClearRoundTimer, [round, 0, 0, 0], 0.0),
        Effect::Lock { flight, wait } => (Act::Lock, [flight.slot, flight.serial, u32::from(wait), 0], 0.0),
        Effect::GiveUpLock { flight } => (Act::GiveUpLock, [flight, 0, 0, 0], 0.0),
        Effect::HandOver { flight } => (Act::HandOver, [flight.slot, flight.serial, 0, 0], 0.0),
        Effect::Adopt { flight } => (Act::Adopt, [flight, 0, 0, 0], 0.0),
        Effect::Unlock { flight, round, is_stored } => {
            (Act::Unlock, [flight, round.slot, round.serial, u32::from(is_stored)], 0.0)
        }
        _ => return, // what is answered: `Region::carry_out`
    };
    host.tell(act as u32, a, b, c, d, x);
}

/// In the order of `ERRORS` in `pkg/host/call.js`.
fn failure(call: u32, why: Failure) -> [u32; 4] {
    let (number, flight) = match why {
        Failure::Rejected(flight) => (0, flight),
        Failure::LockTimeout => (1, 0),
        Failure::Timeout => (2, 0),
        Failure::Aborted => (3, 0),
        Failure::Unread(flight) => (4, flight),
        Failure::Thrown => (5, 0),
    };
    [call, number, flight, 0]
}
