//! One operation that a future awaits: a read, a lock, a write.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{AbortRegistration, Abortable};

use super::Shared;
use crate::backend::{Backend, Lock};
use crate::duration;
use crate::freshness::{Invalidated, Why};
use crate::machine::{Found, LockAnswer, Ticket};
use crate::record::Record;
use crate::runtime::{Runtime, Wakeup};

/// A flight and its key.
pub(super) type Keyed = (u32, Arc<str>);

/// A write: a key, its record, and how long the backend keeps it.
pub(super) type Entry<V> = (Arc<str>, Arc<Record<V>>, Option<Duration>);

/// The result of a read for a flight, `Err` if it failed.
pub(super) type Read<V> = (u32, Result<Option<Record<V>>, ()>);

pub(super) enum Operation<V, L> {
    Read { of: Ticket, keyed: Vec<Keyed>, is_again: bool },
    FindLocks { round: Ticket, keyed: Vec<Keyed> },
    Lock { flight: Ticket, lock: L, wait: bool, limit: f64, registration: AbortRegistration },
    HandOver { flight: Ticket, lock: L },
    Unlock { round: Ticket, lock: L, stored: Option<Arc<Record<V>>> },
    Store { batch: Ticket, entries: Vec<Entry<V>> },
}

/// The result of an operation.
pub(super) enum Done<V, L, E> {
    Read {
        of: Ticket,
        found: Vec<Read<V>>,
        is_again: bool,
    },
    FoundLocks {
        round: Ticket,
        locks: Vec<(u32, L)>,
    },
    Locked {
        flight: Ticket,
        lock: L,
        answer: LockAnswer,
    },
    /// The wait for a lock was cancelled; the lock is dropped.
    GivenUp,
    HandedOver {
        flight: Ticket,
        lock: L,
        record: Option<Record<V>>,
    },
    Unlocked {
        round: Ticket,
    },
    /// `Err` with the backend's error, or `None` if it did not respond.
    Stored {
        batch: Ticket,
        result: Result<(), Option<E>>,
    },
}

impl<V, L> Operation<V, L> {
    /// Whether it runs even if its own caller already has its answer, because other callers wait for it.
    pub fn is_owed(&self) -> bool {
        matches!(self, Operation::Store { .. } | Operation::Unlock { .. })
    }
}

impl<V: Clone, E, B: Backend<V>, R: Runtime> Shared<V, E, B, R> {
    pub async fn perform(&self, operation: Operation<V, B::Lock>) -> Done<V, B::Lock, B::Error> {
        match operation {
            Operation::Read { of, keyed, is_again } => Done::Read { of, found: self.read(keyed).await, is_again },
            Operation::FindLocks { round, keyed } => {
                let lock = |(flight, key): Keyed| Some((flight, self.backend.lock(&key)?));
                Done::FoundLocks { round, locks: keyed.into_iter().filter_map(lock).collect() }
            }
            Operation::Lock { flight, mut lock, wait, limit, registration } => {
                match Abortable::new(within(self, limit, lock.acquire(wait)), registration).await {
                    Ok(answer) => Done::Locked { flight, answer: answer.unwrap_or(LockAnswer::Failed), lock },
                    Err(_) => Done::GivenUp,
                }
            }
            Operation::HandOver { flight, mut lock } => Done::HandedOver { flight, record: lock.handed_over(), lock },
            Operation::Unlock { round, lock, stored } => {
                within(self, self.settings.lock_timeout, lock.release(stored.as_deref())).await;
                Done::Unlocked { round }
            }
            Operation::Store { batch, entries } => Done::Stored { batch, result: self.store(entries).await },
        }
    }

    async fn read(&self, keyed: Vec<Keyed>) -> Vec<Read<V>> {
        let limit = self.settings.lock_timeout;
        if let [(flight, key)] = &keyed[..] {
            let found = within(self, limit, self.backend.get(key)).await;
            return vec![(*flight, found.and_then(Result::ok).ok_or(()))];
        }
        let keys: Vec<&str> = keyed.iter().map(|(_, key)| &**key).collect();
        let found = within(self, limit, self.backend.get_many(&keys)).await.and_then(Result::ok);
        let mut found = found.map(Vec::into_iter);
        let next = |(flight, _): &Keyed| (*flight, found.as_mut().map(|found| found.next().flatten()).ok_or(()));
        keyed.iter().map(next).collect()
    }

    async fn store(&self, entries: Vec<Entry<V>>) -> Result<(), Option<B::Error>> {
        let limit = self.settings.lock_timeout;
        let written = if let [(key, record, keep_for)] = &entries[..] {
            within(self, limit, self.backend.set(key, Record::clone(record), *keep_for)).await
        } else {
            let entries = entries.iter().map(|(key, record, keep_for)| (&**key, Record::clone(record), *keep_for)).collect();
            within(self, limit, self.backend.set_many(entries)).await
        };
        written.ok_or(None)?.map_err(Some)
    }
}

/// Awaits a future for at most `limit` seconds; `None` if it takes longer. A timer is set only if the future is not ready at once.
pub(super) async fn within<V, E, B: Backend<V>, R: Runtime, F: Future>(
    shared: &Shared<V, E, B, R>,
    limit: f64,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        return Some(output);
    }
    let Ok(limit) = Duration::try_from_secs_f64(limit) else { return Some(future.await) };
    let mut timer = pin!(shared.runtime.wakeup(Some(limit)).wait());
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// The result of a read as the machine's type.
pub(super) fn found_in<V>(record: Result<Option<&Record<V>>, ()>) -> Found {
    match record {
        Ok(Some(record)) => Found::Record {
            metadata: record.metadata(),
            own: record.expiration.and_then(duration::normalize),
            invalidated: Invalidated::No,
            early: false,
        },
        Ok(None) => Found::Missing(Why::Absent),
        Err(()) => Found::Missing(Why::Unreadable),
    }
}
