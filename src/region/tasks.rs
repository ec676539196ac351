//! From what the machine says to what a future does, and back.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::AbortHandle;

use super::caller::{Caller, Handle};
use super::drive::{Answer, Creation, Outcome};
use super::error::Error;
use super::operation::{Done, Entry, Keyed, Operation, found_in};
use super::state::{Gone, State};
use crate::backend::Backend;
use crate::freshness::retention;
use crate::machine::{Effect, Found, Ticket, Time};
use crate::record::Record;
use crate::runtime::Runtime;

/// The next thing that a future does.
pub(super) enum Next<V, L> {
    Perform(Operation<V, L>),
    /// Create for these seats.
    Create(Ticket, Vec<usize>),
    /// What it was told to do is not wanted any more.
    Nothing,
    /// There is nothing to do but to wait.
    Wait,
}

impl<V: Clone, E, B: Backend<V>, R: Runtime> Handle<V, E, B, R> {
    pub fn next(&self) -> Next<V, B::Lock> {
        self.shared.act(|state, time| {
            let Some(caller) = state.callers.get_mut(&self.id) else { return Next::Wait };
            caller.is_woken = false;
            let Some(effect) = caller.tasks.pop_front() else { return Next::Wait };
            match effect {
                Effect::Create { batch } if state.machine.still_creates(batch, time) => {
                    if state.uses_tags {
                        state.begin_creating(batch, time.birth());
                    } else if self.shared.beta.is_some() {
                        state.begin_creating(batch, time.now());
                    }
                    Next::Create(batch, state.seats(self.id, batch))
                }
                Effect::Read { call } => {
                    state.machine.read_sent(call, time);
                    let keyed = state.keyed(state.machine.reads(call).to_vec());
                    Next::Perform(Operation::Read { of: call, keyed, is_again: false })
                }
                // Another thread may have invalidated since that was decided.
                Effect::Store { batch } if !state.machine.stores(batch).iter().all(|flight| state.machine.may_store(*flight)) => {
                    state.machine.store(batch, time);
                    Next::Nothing
                }
                Effect::Store { batch } => {
                    let entries = state.entries(self.id, batch, self.shared.stale_if_error);
                    state.machine.store_sent(batch);
                    Next::Perform(Operation::Store { batch, entries })
                }
                effect => state.lock_operation(self.id, effect).map_or(Next::Nothing, Next::Perform),
            }
        })
    }

    /// What an operation has come to.
    pub fn done(&self, done: Done<V, B::Lock, B::Error>, failed_to_store: &mut Option<B::Error>) {
        self.shared.act(|state, time| match done {
            Done::Read { of, found, is_again } => {
                for (flight, record) in found {
                    let read = record.as_ref().ok().and_then(Option::as_ref).filter(|_| !is_again);
                    let is_early = read.is_some_and(|record| self.shared.is_elected(state, time, of, flight, record));
                    state.note_found(of, flight, record, is_again, is_early, time);
                }
                if is_again { state.machine.reread(of, time) } else { state.machine.decide(of, time) }
            }
            Done::FoundLocks { round, locks } => {
                for (flight, lock) in locks {
                    state.flight(flight).lock = Some(lock);
                    state.machine.lock_found(round, flight);
                }
                state.machine.locks_found(round, time);
            }
            Done::Locked { flight, lock, .. } | Done::HandedOver { flight, lock, .. }
                if !state.machine.expects_flight(flight) =>
            {
                state.gone.push(Gone::Lock(lock));
            }
            Done::Locked { flight, lock, answer } => {
                let it = state.flight(flight.slot);
                (it.lock, it.asking) = (Some(lock), None);
                if !state.machine.lock_answered(flight, answer, time) {
                    state.drop_lock(flight.slot);
                }
            }
            Done::HandedOver { flight, lock, record } => {
                let found = record.as_ref().map(|record| state.judged(found_in(Ok(Some(record))), Some(record), time));
                let it = state.flight(flight.slot);
                let again = it.again.take();
                (it.lock, it.again) = (Some(lock), record.map(Arc::new).or(again.clone()));
                state.gone.extend(again.map(Gone::Record));
                state.machine.handed_over(flight, found, time);
            }
            Done::GivenUp => {}
            Done::Unlocked { round } => state.machine.unlocked(round, time),
            Done::Stored { batch, result } => {
                state.machine.stored(batch, result.is_ok(), time);
                *failed_to_store = result.err().flatten().or(failed_to_store.take());
            }
        });
    }

    /// A creator has settled.
    pub fn created(&self, batch: Ticket, creation: Creation<V, E>) {
        let Creation { result, own, tags, is_kept } = creation;
        let (values, error) = match result {
            Ok(values) => (values, None),
            Err(error) => (Vec::new(), Some(Error::Creator(Arc::new(error)))),
        };
        let _gone = self.shared.act(|state, time| {
            let flights = state.machine.batch(batch).to_vec();
            if !tags.is_empty() {
                state.uses_tags = true;
                for flight in &flights {
                    state.flight(*flight).tags.clone_from(&tags);
                }
            }
            if error.is_none() && values.len() == flights.len() {
                for (flight, value) in flights.iter().zip(values) {
                    state.flight(*flight).created = Some((value, own, is_kept));
                }
                state.machine.created(batch, &[], time);
                return None;
            }
            let error = error.unwrap_or(Error::Incomplete);
            for flight in &flights {
                state.flight(*flight).error = Some(error.clone());
                state.give_up(*flight);
            }
            state.machine.created(batch, &flights, time);
            Some((values, error))
        });
    }

    /// What the call has come to, once that is known. One that was taken for dead, and is not, has waited for too long.
    pub fn answer(&self) -> Option<Outcome<V, E>> {
        let answer = self.with(|caller| {
            if let Some(error) = caller.failed.take() {
                return Some(Err(error));
            }
            let answers = || caller.answers.iter().cloned().map(|answer| answer.map(|(record, how)| Answer { record, how }));
            answers().collect::<Option<_>>().map(Ok)
        });
        answer.unwrap_or(Some(Err(Error::TimedOut)))
    }
}

impl<V, E, L, W> State<V, E, L, W> {
    fn keyed(&mut self, flights: Vec<u32>) -> Vec<Keyed> {
        flights.into_iter().map(|flight| (flight, self.flight(flight).key.clone())).collect()
    }

    /// A creator is called now.
    fn begin_creating(&mut self, batch: Ticket, now: f64) {
        for flight in self.machine.batch(batch).to_vec() {
            self.flight(flight).born = Some(now);
        }
    }

    /// The seats of the call that a creator is called for, in the order of its flights.
    fn seats(&self, caller: u64, batch: Ticket) -> Vec<usize> {
        let keys = self.callers.get(&caller).map_or(&[][..], |caller| &caller.keys);
        let seat = |flight: &u32| keys.iter().position(|key| *key == self.machine.key_of(*flight));
        self.machine.batch(batch).iter().filter_map(seat).collect()
    }

    /// What is to be written, and for how long the backend keeps it.
    fn entries(&mut self, caller: u64, batch: Ticket, grace: Option<f64>) -> Vec<Entry<V>> {
        let request = self.callers.get(&caller).and_then(|caller| caller.request);
        let region = self.machine.settings(self.region).expiration;
        let grace = request.and_then(|request| request.stale_if_error).into_iter().chain(grace).reduce(f64::max);
        let expiration = request.and_then(|request| request.expiration);
        let mut entries = Vec::new();
        for flight in self.machine.stores(batch).to_vec() {
            let it = self.flight(flight);
            let Some(record) = it.record.clone() else { continue };
            let kept = retention(expiration, record.expiration, region, grace);
            entries.push((it.key.clone(), record, Duration::try_from_secs_f64(kept).ok()));
        }
        entries
    }

    /// What a read has found for a flight: the first read of its call, or the second one under its lock.
    fn note_found(
        &mut self,
        of: Ticket,
        flight: u32,
        record: Result<Option<Record<V>>, ()>,
        is_again: bool,
        is_early: bool,
        time: &impl Time,
    ) {
        let read = record.as_ref().map(Option::as_ref).map_err(|error| *error);
        let mut found = self.judged(found_in(read), read.ok().flatten(), time);
        if let Found::Record { early, .. } = &mut found {
            *early = is_early;
        }
        let record = record.ok().flatten().map(Arc::new);
        if !is_again && self.machine.expects(of) {
            self.flight(flight).found = record;
            self.machine.landed(flight, found);
        } else if is_again && self.machine.expects_round(of) {
            self.flight(flight).again = record;
            self.machine.landed_again(of, flight, found);
        } else {
            self.gone.extend(record.map(Gone::Record));
        }
    }

    /// What concerns the locks of a call.
    fn lock_operation(&mut self, caller: u64, effect: Effect) -> Option<Operation<V, L>> {
        match effect {
            Effect::FindLocks { round } => {
                let keyed = self.keyed(self.machine.asked(round).to_vec());
                Some(Operation::FindLocks { round, keyed })
            }
            Effect::ReadAgain { round } => {
                let keyed = self.keyed(self.machine.asked(round).to_vec());
                Some(Operation::Read { of: round, keyed, is_again: true })
            }
            Effect::Lock { flight, wait } if self.machine.expects_flight(flight) => {
                let limit = self.callers.get(&caller).and_then(Caller::lock_timeout)?;
                let it = self.flight(flight.slot);
                let lock = it.lock.take()?;
                let (handle, registration) = AbortHandle::new_pair();
                it.asking = Some(handle);
                Some(Operation::Lock { flight, lock, wait, limit, registration })
            }
            Effect::HandOver { flight } if self.machine.expects_flight(flight) => {
                let lock = self.flight(flight.slot).lock.take()?;
                Some(Operation::HandOver { flight, lock })
            }
            Effect::Unlock { flight, round, is_stored } => {
                let it = self.flight(flight);
                let stored = it.record.clone().filter(|_| is_stored);
                Some(Operation::Unlock { round, lock: it.lock.take()?, stored })
            }
            _ => None,
        }
    }
}
