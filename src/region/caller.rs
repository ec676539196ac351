//! One future of a region: what it has to do, what it has been given, and what ends with it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::error::Error;
use super::options::CallOptions;
use super::state::State;
use super::{Shared, Waker};
use crate::backend::Backend;
use crate::machine::{Effect, Request, Served, Ticket};
use crate::record::Record;
use crate::runtime::{Runtime, Wakeup};

pub(super) struct Caller<V, E, W> {
    /// The call that it drives; on Workers a write has one, too.
    pub call: Option<Ticket>,
    pub write: Option<Ticket>,
    pub request: Option<Request>,
    /// The tags of what it creates.
    pub tags: Vec<String>,
    /// The numbers of its keys, a seat each.
    pub keys: Vec<u32>,
    pub tasks: VecDeque<Effect>,
    pub answers: Vec<Option<(Arc<Record<V>>, Served)>>,
    pub failed: Option<Error<Arc<E>>>,
    /// Whether its write's turn has come.
    pub may_send: bool,
    /// Whether the machine knows its call no more.
    pub is_over: bool,
    /// Whether something has changed since it looked last.
    pub is_woken: bool,
    pub must_look: bool,
    pub waker: Option<W>,
    /// On Workers: who looks again when this one has changed something.
    pub followers: Vec<u64>,
}

impl<V, E, W> Caller<V, E, W> {
    fn new(call: Option<Ticket>, write: Option<Ticket>, request: Option<Request>, keys: Vec<u32>) -> Self {
        Self {
            call,
            write,
            request,
            tags: Vec::new(),
            answers: keys.iter().map(|_| None).collect(),
            keys,
            tasks: VecDeque::new(),
            failed: None,
            may_send: false,
            is_over: false,
            is_woken: true,
            must_look: false,
            waker: None,
            followers: Vec::new(),
        }
    }

    /// Whether there is a value for each of its keys, or an error.
    pub fn is_answered(&self) -> bool {
        self.failed.is_some() || self.answers.iter().all(Option::is_some)
    }

    /// For how long it waits, in seconds.
    pub fn lock_timeout(&self) -> Option<f64> {
        self.request.map(|request| request.lock_timeout)
    }
}

/// What a future holds of its caller. When it is dropped, the machine is told that the call has ended here.
pub(super) struct Handle<V, E, B: Backend<V>, R: Runtime> {
    pub shared: Arc<Shared<V, E, B, R>>,
    pub id: u64,
}

impl<V, E, B: Backend<V>, R: Runtime> Drop for Handle<V, E, B, R> {
    fn drop(&mut self) {
        let _gone = self.shared.act(|state, time| {
            let caller = state.callers.remove(&self.id)?;
            if let Some(call) = caller.call.filter(|_| !caller.is_over) {
                state.machine.dropped(call, time);
            } else if let Some(write) = caller.write {
                state.machine.wrote(write, time);
            }
            Some(caller)
        });
    }
}

impl<V, E, B: Backend<V>, R: Runtime> Handle<V, E, B, R> {
    /// A call for these keys, which are mangled, and each stands there once.
    pub fn call(shared: &Arc<Shared<V, E, B, R>>, keys: &[String], options: &CallOptions, is_multi: bool) -> Self {
        let request = options.request(is_multi, shared.settings.lock_timeout, shared.stale_if_error);
        let id = shared.act(|state, time| {
            let keys: Vec<u32> = keys.iter().map(|key| state.enter(key)).collect();
            state.uses_tags |= !options.own_tags().is_empty();
            let call = state.machine.called(state.region, &keys, request, time);
            let tags = options.own_tags().to_vec();
            state.add_caller(Caller { tags, ..Caller::new(Some(call), None, Some(request), keys) })
        });
        Self { shared: shared.clone(), id }
    }

    /// A write of these keys.
    pub fn write(shared: &Arc<Shared<V, E, B, R>>, keys: &[String]) -> Self {
        let id = shared.act(|state, time| {
            let keys: Vec<u32> = keys.iter().map(|key| state.enter(key)).collect();
            let write = state.machine.write(state.region, keys, time);
            let call = state.machine.writer_of(write);
            state.add_caller(Caller::new(call, Some(write), None, Vec::new()))
        });
        Self { shared: shared.clone(), id }
    }

    /// Looks at the caller.
    pub fn with<T>(&self, look: impl FnOnce(&mut Caller<V, E, Waker<R>>) -> T) -> Option<T> {
        self.shared.with(|state, _| state.callers.get_mut(&self.id).map(look))
    }

    /// Whether the turn of its write has come.
    pub fn may_send(&self) -> bool {
        self.with(|caller| {
            caller.is_woken = false;
            caller.may_send
        }) != Some(false)
    }

    /// Those who wait for its write go on, though it has not ended.
    pub fn let_pass(&self) {
        self.shared.act(|state, time| {
            if let Some(write) = state.callers.get(&self.id).and_then(|caller| caller.write) {
                state.machine.wrote(write, time);
            }
        });
    }

    /// What the flight of a creator has found, unless it is gone.
    pub fn found(&self, batch: Ticket) -> Option<Arc<Record<V>>> {
        self.shared.with(|state, time| {
            let flight = *state.machine.batch(batch).first()?;
            if state.machine.is_of_use(flight, time) { state.flight(flight).found.clone() } else { None }
        })
    }

    /// A wait until something has changed, or there is something to look after. `None`: there is already.
    pub fn wakeup(&self) -> Option<R::Wakeup> {
        let at_latest = self.shared.with(|state, time| {
            let is_woken = state.callers.get(&self.id).is_none_or(|caller| caller.is_woken);
            (!is_woken).then(|| state.next_look(self.id).map(|at| (at - time.runtime.steady()).max(0.0)))
        })?;
        let at_latest = at_latest.and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1_000.0).ok());
        let period = self.shared.runtime.period();
        let wakeup = self.shared.runtime.wakeup(at_latest.into_iter().chain(period).min());
        let waker = wakeup.waker();
        let waits = self.with(move |caller| {
            let last = std::mem::replace(&mut caller.waker, (!caller.is_woken).then_some(waker));
            (!caller.is_woken, last)
        });
        matches!(waits, Some((true, _))).then_some(wakeup)
    }

    /// The wait is over: by its timer, which on Workers says that the request is alive, or since something has changed.
    pub fn woken(&self) {
        let beats = self.shared.runtime.period().is_some();
        let _gone = self.shared.act(|state, time| {
            let caller = state.callers.get_mut(&self.id)?;
            let waker = caller.waker.take();
            let (is_woken, must_look) = (caller.is_woken, std::mem::take(&mut caller.must_look));
            let Some(call) = caller.call else { return waker };
            if beats && !is_woken {
                state.machine.beat(call, time);
            } else if must_look {
                state.machine.look(call, time);
            }
            waker
        });
    }
}

impl<V, E, L, W> State<V, E, L, W> {
    /// When a caller has to look at the latest, in milliseconds on the steady clock: at the timers of what it waits for, and of its locks.
    fn next_look(&self, id: u64) -> Option<f64> {
        let call = self.callers.get(&id)?.call?;
        let flights = self.machine.awaited(call).filter_map(|flight| self.flights.get(flight as usize)?.as_ref()?.timer);
        let is_own = |round: &&Ticket| self.machine.expects_round(**round) && self.machine.call_of_round(**round) == call.slot;
        let rounds = self.round_timers.iter().filter(|(_, round)| is_own(round)).map(|(timer, _)| *timer);
        flights.chain(rounds).map(|(at, _)| at).min().map(f64::from_bits)
    }
}

impl<V: 'static, E: 'static, B: Backend<V> + 'static, R: Runtime + 'static> Handle<V, E, B, R> {
    /// Where requests may die unseen, keeps this one seen alive though its future is not polled.
    pub fn beat(&self) -> Option<R::Beat> {
        self.shared.runtime.period()?;
        let (shared, id) = (self.shared.clone(), self.id);
        let alive = move || {
            shared.act(|state, time| {
                if let Some(call) = state.callers.get(&id).and_then(|caller| caller.call) {
                    state.machine.beat(call, time);
                }
            });
        };
        Some(self.shared.runtime.beat(Box::new(alive)))
    }
}
