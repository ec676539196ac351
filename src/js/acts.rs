//! The effects for the host, as numbers. `pkg/host/numbers.js` has the same names; a test compares them.

use super::imports::Host;
use crate::machine::{Effect, Failure};

/// One effect, which `Host::act` executes. An effect for a list of flights is sent flight by flight, with the number of those that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Read a flight's key for a call; the last one sends the read.
    Read,
    /// Call a creator for a flight; the last one calls it, or repeats the list in the context of its caller.
    Create,
    /// Ask whether a creator returned a value for a flight.
    HasValue,
    /// Make a record of the value, and return whether it may be stored.
    Accept,
    /// Write a flight's record; the last one sends the write.
    Store,
    /// Give a call the value that a flight found or created.
    Serve,
    /// Free the numbers of a call, a flight, a creator call and a key, each plus one.
    Forget,
    /// A write is over.
    ForgetWrite,
    /// A round of locks is over.
    ForgetRound,
    /// Keep the work of a call alive after its request.
    KeepAlive,
    /// Set a flight's timer.
    SetTimer,
    /// Not any more.
    ClearTimer,
    /// A write is sent.
    Send,
    /// A call rejects.
    Fail,
    /// Call the region's observer.
    Tell,
    /// Report a creator's rejection.
    Report,
    /// Start a call's key again.
    Restart,
    /// Abort a creator's signal.
    Abort,
    /// Make a call follow another's request.
    Watch,
    /// Notify the followers of a call.
    Changed,
    /// Start the region's runner.
    Run,
    /// Refresh the strategy for a call.
    Refresh,
    /// Refresh the strategy before a creator's values are stored.
    RefreshToStore,
    /// Ask the strategy, and that of a flight's tags, whether there was an invalidation since a time.
    IsOvertaken,
    /// Ask them about a creation time, and the record that a flight has found; with 1, what it has found under its lock.
    Says,
    /// Use the error of a call for its creator's flights too.
    AdoptError,
    /// Ask whether the backend has a lock for a flight.
    FindLock,
    /// Acquire the lock.
    Lock,
    /// Nobody wants it any more.
    GiveUpLock,
    /// Ask for the record that the lock's last holder left.
    HandOver,
    /// Read a flight's key again for a lock round; the last one sends the read.
    ReadAgain,
    /// Use the second read's result for the flight.
    Adopt,
    /// Release the lock.
    Unlock,
    /// Set a lock round's timer.
    SetRoundTimer,
    /// Not any more.
    ClearRoundTimer,
}

/// Finished objects, sent together: each separate call would cost one more crossing into JavaScript.
#[derive(Debug, Default)]
pub(super) struct Over {
    call: u32,
    flight: u32,
    batch: u32,
    key: u32,
}

impl Over {
    /// Whether this effect fits with the others: there is one of each kind.
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

/// The effects without a result.
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
