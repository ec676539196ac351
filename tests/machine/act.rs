//! Acts on what the machine says.

use dogpile::machine::{Effect, Failure, Served, Ticket};

use crate::operations::What;
use crate::world::say;
use crate::world::{Failed, World};

impl World {
    pub fn steady(&self) -> f64 {
        self.time.of_timers()
    }

    /// Something happens in a request. `end_event` with what this gives.
    pub fn begin_event(&mut self, request: usize) -> usize {
        self.events += 1;
        self.mark_calm();
        std::mem::replace(&mut self.request, request)
    }

    /// What is invalidated or written while the host acts on something came later than what was decided before.
    pub fn mark_calm(&mut self) {
        if self.depth == 0 && !self.is_draining {
            self.calm_at = self.events;
            self.calm_tags = self.tag_times;
            for region in self.regions.values_mut() {
                region.calm = region.times;
            }
        }
    }

    pub fn end_event(&mut self, outer: usize) {
        self.drain();
        self.request = outer;
    }

    pub fn drain(&mut self) {
        if self.is_draining && self.plan.defers {
            return;
        }
        let was = std::mem::replace(&mut self.is_draining, true);
        if !was {
            self.effects = 0;
        }
        while let Some(effect) = self.machine.next_effect() {
            self.effects += 1;
            assert!(self.effects < 5_000, "effects without end: {effect:?}");
            self.cover.effect(&effect);
            say!(self, "  {effect:?}");
            self.act(effect);
        }
        self.is_draining = was;
    }

    fn act(&mut self, effect: Effect) {
        match effect {
            Effect::Refresh { call } => self.refresh(call),
            Effect::Hear { call } => self.hear(call),
            Effect::Read { call } => self.read(call),
            Effect::Create { batch } => self.prepare(batch),
            Effect::Run { flight } => self.run(flight),
            Effect::Accept { batch } => self.accept(batch),
            Effect::RefreshToStore { batch } => self.refresh_to_store(batch),
            Effect::HearToStore { batch } => self.hear_to_store(batch),
            Effect::Store { batch } => self.store_batch(batch),
            Effect::Send { write } => self.send(write),
            Effect::Serve { call, seat, flight, how } => self.serve(call, seat, flight, how),
            Effect::Fail { call, why } => self.fail(call, why),
            Effect::Restart { call, seat } => self.restart(call, seat),
            Effect::Abort { batch, call } => self.abort(batch, call),
            Effect::Tell { call, seat, .. } => self.told(call, seat),
            Effect::Report { flight } => assert!(self.flights.contains_key(&flight)),
            Effect::KeepAlive { call } => self.keep_alive(call),
            _ => self.act_on_lock(effect),
        }
    }

    fn act_on_lock(&mut self, effect: Effect) {
        match effect {
            Effect::FindLocks { round } => self.find_locks(round),
            Effect::Lock { flight, wait } => self.ask_lock(flight, wait),
            Effect::GiveUpLock { flight } => self.give_up_lock(flight),
            Effect::HandOver { flight } => self.hand_over(flight),
            Effect::ReadAgain { round } => self.read_again(round),
            Effect::HearAgain { round } => self.hear_again(round),
            Effect::Adopt { flight } => self.adopt(flight),
            Effect::Unlock { flight, round, is_stored } => self.unlock(flight, round, is_stored),
            _ => self.act_on_time(effect),
        }
    }

    fn act_on_time(&mut self, effect: Effect) {
        match effect {
            Effect::SetTimer { flight, milliseconds } => self.set_timer(flight, milliseconds),
            Effect::SetRoundTimer { round, milliseconds } => self.set_round_timer(round, milliseconds),
            Effect::ClearRoundTimer { round } => _ = self.round_timers.remove(&round),
            Effect::ClearTimer { flight } => _ = self.timers.remove(&flight),
            Effect::Watch { call, owner } => self.watch(call, owner),
            Effect::Changed { call } => self.changed(call),
            Effect::EndCall { call } => self.end_call(call),
            Effect::ForgetFlight { flight } => self.forget_flight(flight),
            Effect::ForgetBatch { batch } => _ = self.batches.remove(&batch).expect("a creator's call that is forgotten once"),
            Effect::ForgetRound { round } => {
                self.rounds.remove(&round).expect("a round that is forgotten once");
                assert!(!self.round_timers.contains_key(&round), "the timer of a round is left behind");
            }
            Effect::ForgetWrite { write } => self.forget_write(write),
            Effect::ForgetKey { key } => {
                let name = self.names.remove(&key).expect("a key that is forgotten once");
                self.numbers.remove(&name);
            }
            _ => panic!("{effect:?} is nobody's"),
        }
    }

    /// What is to be done for a call, only its own request does.
    pub fn own(&self, call: u32) {
        if self.plan.on_workers {
            let owner = self.calls.get(&call).map(|call| call.request);
            assert_eq!(owner, Some(self.request), "another's request acts for call {call}");
        }
    }

    pub fn own_request(&self, request: usize) {
        assert!(!self.plan.on_workers || request == self.request, "a request acts for request {request}");
    }

    fn serve(&mut self, call: u32, seat: u32, flight: u32, how: Served) {
        self.own(call);
        let it = self.calls.get_mut(&call).expect("a call to serve");
        assert!(!it.has_failed, "served after it has failed");
        let (region, asked) = (it.region, it.asked.expect("a call with seats"));
        let it = &mut it.seats[seat as usize];
        assert!(!std::mem::replace(&mut it.is_done, true), "served twice");
        let (name, takers) = (it.name, it.takers.clone());
        let value = self.value_for(flight, how, name, region, &asked);
        for (caller, index) in takers {
            self.check_taker(caller, flight, how);
            self.give(caller, index, value);
        }
    }

    fn fail(&mut self, call: u32, why: Failure) {
        self.own(call);
        let it = self.calls.get_mut(&call).expect("a call to fail");
        assert!(!std::mem::replace(&mut it.has_failed, true), "failed twice");
        let takers: Vec<usize> = it.seats.iter().flat_map(|seat| seat.takers.iter().map(|(caller, _)| *caller)).collect();
        let failed = self.failure(call, why);
        for caller in takers {
            if failed == Failed::Aborted || failed == Failed::Timeout {
                assert!(self.callers[caller].has_left, "nobody asked for that");
            }
            self.fail_caller(caller, failed);
        }
    }

    fn failure(&mut self, call: u32, why: Failure) -> Failed {
        match why {
            Failure::Rejected(flight) => {
                let it = &self.flights[&flight];
                assert!(!(it.is_superseded && it.is_creators_error), "the rejection of a creator that was superseded");
                Failed::Rejected(it.error.expect("an error"))
            }
            Failure::Unread(flight) => Failed::Unread(self.flights[&flight].error.expect("an error")),
            Failure::LockTimeout => {
                self.check_lock_timeout(call);
                Failed::LockTimeout
            }
            Failure::Timeout => Failed::Timeout,
            Failure::Aborted => Failed::Aborted,
            Failure::Thrown => Failed::Thrown,
        }
    }

    /// A call's key begins again, where its region is now.
    fn restart(&mut self, call: u32, seat: u32) {
        self.own(call);
        let it = self.calls.get_mut(&call).expect("a call to restart");
        assert!(!it.has_failed, "restarted after it has failed");
        let it = &mut it.seats[seat as usize];
        assert!(!std::mem::replace(&mut it.is_done, true), "restarted after it was served");
        let name = it.name;
        for (caller, index) in std::mem::take(&mut it.takers) {
            if !self.callers[caller].is_answered() {
                self.call(caller, vec![(name, index)]);
            }
        }
    }

    fn abort(&mut self, batch: u32, call: u32) {
        assert!(self.calls.contains_key(&call), "for whose reason");
        let it = self.batches.get_mut(&batch).expect("a creator to abort");
        assert!(!std::mem::replace(&mut it.is_aborted, true), "aborted twice");
        for flight in it.flights.clone() {
            self.flights.get_mut(&flight).expect("a flight").is_abandoned = true;
        }
    }

    fn told(&mut self, call: u32, seat: u32) {
        self.own(call);
        assert!((seat as usize) < self.calls[&call].seats.len());
    }

    fn keep_alive(&mut self, call: Ticket) {
        self.own(call.slot);
        let it = self.calls.get_mut(&call.slot).expect("a call to keep alive");
        assert!(!std::mem::replace(&mut it.is_kept_alive, true), "kept alive twice");
    }

    fn end_call(&mut self, call: u32) {
        let it = self.calls.remove(&call).expect("a call that ends once");
        let is_silent = self.is_silent(it.request);
        assert!(!self.plan.on_workers || it.request == self.request || is_silent, "another's call ends");
        let is_done = it.has_failed || it.seats.iter().all(|seat| seat.is_done);
        assert!(is_done || is_silent, "call {call} ends without an answer: {it:?}");
        self.look_later(it.watched_by);
    }

    pub fn look_later(&mut self, watchers: Vec<Ticket>) {
        for call in watchers {
            if let Some(request) = self.calls.get(&call.slot).filter(|it| it.ticket == call).map(|it| it.request) {
                self.put_off(request, What::Look { call });
            }
        }
    }
}
