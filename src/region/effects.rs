//! What becomes of each effect: it is done at once, or put on the list of the future whose call it is for.

use std::sync::Arc;

use super::error::Error;
use super::state::{Gone, Now, State};
use crate::machine::{Accepted, Effect, Failure, Served, Ticket, Time};
use crate::record::Record;
use crate::runtime::Runtime;

impl<V, E, L, W> State<V, E, L, W> {
    /// Goes on until the machine has nothing more to say.
    pub fn carry_out<R: Runtime>(&mut self, time: &Now<'_, R>) {
        while let Some(effect) = self.machine.next_effect() {
            match effect {
                Effect::Read { call } => self.put(call.slot, effect),
                Effect::Create { batch } | Effect::Store { batch } => self.put(self.machine.call_of(batch), effect),
                Effect::FindLocks { round } | Effect::ReadAgain { round } => {
                    self.put(self.machine.call_of_round(round), effect);
                }
                Effect::Lock { flight, .. } | Effect::HandOver { flight } => self.put_for(flight.slot, effect),
                Effect::Unlock { flight, .. } => self.put_for(flight, effect),
                Effect::Accept { batch } => self.accept(batch, time),
                Effect::Send { write } => self.send(write.slot),
                Effect::Serve { call, seat, flight, how } => self.serve(call, seat, flight, how),
                Effect::Fail { call, why } => self.fail(call, why),
                _ => self.note(effect, time),
            }
        }
    }

    /// What concerns locks, timers and those who follow each other.
    fn note(&mut self, effect: Effect, time: &impl Time) {
        match effect {
            Effect::GiveUpLock { flight } => {
                if let Some(asking) = self.flight(flight).asking.take() {
                    asking.abort();
                }
            }
            Effect::Adopt { flight } => {
                let it = self.flight(flight);
                let found = std::mem::replace(&mut it.found, it.again.clone());
                self.gone.extend(found.map(Gone::Record));
            }
            Effect::SetTimer { flight, milliseconds } => self.set_timer(flight, milliseconds, time),
            Effect::ClearTimer { flight } => self.clear_timer(flight),
            Effect::SetRoundTimer { round, milliseconds } => self.set_round_timer(round, milliseconds, time),
            Effect::ClearRoundTimer { round } => self.round_timers.retain(|(_, of), _| *of != round),
            Effect::Watch { call, owner } => {
                let follower = self.by_call.get(call.slot as usize).copied();
                if let (Some(owner), Some(follower)) = (self.caller_of(owner), follower) {
                    owner.followers.push(follower);
                }
            }
            Effect::Changed { call } => self.changed(call),
            Effect::Hear { call } => self.hear(call, time),
            Effect::HearToStore { batch } => self.hear_to_store(batch, time),
            Effect::HearAgain { round } => self.hear_again(round, time),
            _ => self.forget(effect),
        }
    }

    /// What is over. Strategies, runners, observers, signals and another configuration are not for Rust's regions: nothing is to be done for them.
    fn forget(&mut self, effect: Effect) {
        match effect {
            Effect::EndCall { call } => self.end_call(call),
            Effect::ForgetFlight { flight } => {
                self.clear_timer(flight);
                let it = self.flights.get_mut(flight as usize).and_then(Option::take);
                self.gone.extend(it.map(Gone::Flight));
            }
            Effect::ForgetRound { round } => self.round_timers.retain(|(_, of), _| *of != round),
            Effect::ForgetKey { key } => self.forget_key(key),
            _ => {}
        }
    }

    /// A call that ends without an answer is of a request that has died: its future is never dropped, and nothing is kept for it.
    fn end_call(&mut self, call: u32) {
        self.wake_caller(call);
        self.changed(call);
        let id = self.by_call.get_mut(call as usize).map(std::mem::take).unwrap_or_default();
        let Some(it) = self.callers.get_mut(&id) else { return };
        it.is_over = true;
        if !it.is_answered() {
            self.gone.extend(self.callers.remove(&id).map(Gone::Caller));
        }
    }

    /// The future of this call carries it out.
    fn put(&mut self, call: u32, effect: Effect) {
        if let Some(it) = self.caller_of(call) {
            it.tasks.push_back(effect);
            self.wake_caller(call);
        }
    }

    /// The same for what a flight's leader does. Where that is gone, its lock goes with it.
    fn put_for(&mut self, flight: u32, effect: Effect) {
        match self.machine.owner(flight) {
            Some(owner) if self.caller_of(owner.slot).is_some_and(|caller| caller.call == Some(owner)) => {
                self.put(owner.slot, effect);
            }
            _ => self.drop_lock(flight),
        }
    }

    pub fn drop_lock(&mut self, flight: u32) {
        let lock = self.flight(flight).lock.take();
        self.gone.extend(lock.map(Gone::Lock));
    }

    fn send(&mut self, write: u32) {
        let id = self.by_write.get(write as usize).copied().unwrap_or_default();
        if let Some(it) = self.callers.get_mut(&id) {
            it.may_send = true;
        }
        self.wake(id);
    }

    fn serve(&mut self, call: u32, seat: u32, flight: u32, how: Served) {
        let it = self.flight(flight);
        let record = if matches!(how, Served::Fresh | Served::Stale) { &it.found } else { &it.record };
        let Some(record) = record.clone() else { return };
        if let Some(answer) = self.caller_of(call).and_then(|caller| caller.answers.get_mut(seat as usize)) {
            *answer = Some((record, how));
            self.wake_caller(call);
        }
    }

    fn fail(&mut self, call: u32, why: Failure) {
        let error = match why {
            Failure::Rejected(flight) | Failure::Unread(flight) => self.flight(flight).error.clone(),
            _ => Some(Error::TimedOut),
        };
        if let Some(it) = self.caller_of(call) {
            it.failed = Some(error.unwrap_or(Error::TimedOut));
            self.wake_caller(call);
        }
    }

    /// What was created gets its time of creation, and may be stored unless it was passed on, or overtaken.
    fn accept<R: Runtime>(&mut self, batch: Ticket, time: &Now<'_, R>) {
        self.machine.begin_accepting(batch);
        for flight in self.machine.created_flights(batch).to_vec() {
            let (invalidated, keeps_took, tags) = (self.invalidated, self.keeps_took, self.tags_of(flight));
            let it = self.flight(flight);
            let Some((value, own, is_kept)) = it.created.take() else { continue };
            let record = Record::new(value, time.stamp_after(invalidated), own);
            let (record, may_store) = it.tagged(record, tags, keeps_took);
            it.record = Some(Arc::new(record));
            if !is_kept {
                self.give_up(flight);
            }
            let accepted = if is_kept && may_store { Accepted::Yes } else { Accepted::No };
            self.machine.accept(batch, flight, accepted);
        }
        self.machine.accepted(batch, time);
    }

    fn set_timer(&mut self, flight: Ticket, milliseconds: f64, time: &impl Time) {
        self.clear_timer(flight.slot);
        let timer = ((time.steady() + milliseconds).to_bits(), flight.slot);
        self.flight(flight.slot).timer = Some(timer);
        self.timers.insert(timer, flight);
        for call in self.machine.waiting_for(flight.slot) {
            self.wake_caller(call); // which waits no longer than that
        }
    }

    fn clear_timer(&mut self, flight: u32) {
        let kept = self.flights.get_mut(flight as usize).and_then(Option::as_mut);
        if let Some(timer) = kept.and_then(|flight| flight.timer.take()) {
            self.timers.remove(&timer);
        }
    }

    fn set_round_timer(&mut self, round: Ticket, milliseconds: f64, time: &impl Time) {
        if milliseconds < f64::INFINITY {
            self.round_timers.insert(((time.steady() + milliseconds).to_bits(), round.slot), round);
        }
        self.wake_caller(self.machine.call_of_round(round)); // which waits no longer than that
    }

    /// Notify the followers of a call.
    fn changed(&mut self, call: u32) {
        let followers = self.caller_of(call).map(|caller| std::mem::take(&mut caller.followers)).unwrap_or_default();
        for follower in followers {
            if let Some(it) = self.callers.get_mut(&follower) {
                it.must_look = true;
            }
            self.wake(follower);
        }
    }

    fn wake_caller(&mut self, call: u32) {
        if let Some(id) = self.by_call.get(call as usize) {
            self.wake(*id);
        }
    }

    /// The future goes on once nothing is borrowed.
    fn wake(&mut self, id: u64) {
        if let Some(it) = self.callers.get_mut(&id) {
            it.is_woken = true;
            self.woken.extend(it.waker.take());
        }
    }
}
