//! Has the host act on what the machine says, and tells the machine what comes of it at once.

use super::imports::{DONE, FAILED, Host, PENDING};
use super::numbers::invalidated_by_number;
use super::region::Region;
use super::time::Realm;
use crate::machine::{Accepted, Effect, Failure, LockAnswer, Released, Ticket};

impl Region {
    /// Goes on until there is nothing left to do.
    pub(super) fn act(&self, host: &Host, time: &Realm) {
        while let Some(effect) = self.next_effect() {
            self.carry_out(host, effect, time);
        }
    }

    fn next_effect(&self) -> Option<Effect> {
        self.machine.borrow_mut().next_effect()
    }

    fn carry_out(&self, host: &Host, effect: Effect, time: &Realm) {
        match effect {
            Effect::Read { call } => self.read(host, call, time),
            Effect::Create { batch } => self.create(host, batch, time),
            Effect::Accept { batch } => self.accept(host, batch, time),
            Effect::Store { batch } => self.store(host, batch, time),
            Effect::Serve { call, seat, flight, how } => host.serve(call, seat, flight, how as u32),
            Effect::EndCall { call } => host.end(call),
            Effect::ForgetFlight { flight } => host.forget_flight(flight),
            Effect::ForgetBatch { batch } => host.forget_batch(batch),
            Effect::ForgetKey { key } => host.leave(key),
            Effect::ForgetWrite { write } => host.forget_write(write),
            Effect::ForgetRound { .. } => {}
            Effect::KeepAlive { call } => host.keep_alive(call.slot),
            Effect::SetTimer { flight, milliseconds } => host.set_timer(flight.slot, flight.serial, milliseconds),
            Effect::ClearTimer { flight } => host.clear_timer(flight),
            Effect::Send { write } => self.send(host, write, time),
            Effect::Fail { call, why } => fail(host, call, why),
            Effect::Tell { call, seat, event, why } => host.tell(call, seat, event as u32, why),
            Effect::Report { flight } => host.report(flight),
            Effect::Restart { call, seat } => host.restart(call, seat),
            Effect::Abort { batch, call } => host.abort(batch, call),
            Effect::Watch { call, owner } => host.watch(call.slot, owner),
            Effect::Changed { call } => host.changed(call),
            Effect::Run { flight } => self.run(host, flight, time),
            Effect::Refresh { .. } | Effect::Hear { .. } | Effect::RefreshToStore { .. } | Effect::HearToStore { .. } => {
                self.ask_strategy(host, effect, time);
            }
            _ => self.act_on_lock(host, effect, time),
        }
    }

    fn read(&self, host: &Host, call: Ticket, time: &Realm) {
        let machine = self.machine.borrow();
        let came = if let [flight] = *machine.reads(call) {
            let key = machine.key_of(flight);
            drop(machine);
            host.read(call.slot, call.serial, flight, key)
        } else {
            let flights = machine.reads(call).to_vec();
            let keys: Vec<u32> = flights.iter().map(|flight| machine.key_of(*flight)).collect();
            drop(machine);
            host.read_multi(call.slot, call.serial, &flights, &keys)
        };
        let mut machine = self.machine.borrow_mut();
        if came == PENDING { machine.read_sent(call, time) } else { machine.decide(call, time) }
    }

    /// The host calls the creator in its own caller's context: now, or by `create_now` in a moment.
    fn create(&self, host: &Host, batch: Ticket, time: &Realm) {
        let machine = self.machine.borrow();
        let call = machine.call_of(batch);
        let came = if let [flight] = *machine.batch(batch) {
            drop(machine);
            host.prepare(batch.slot, batch.serial, call, flight)
        } else {
            let flights = machine.batch(batch).to_vec();
            drop(machine);
            host.prepare_multi(batch.slot, batch.serial, call, &flights)
        };
        if came == DONE {
            self.create_now(host, batch, time);
        }
    }

    pub(super) fn create_now(&self, host: &Host, batch: Ticket, time: &Realm) {
        if !self.machine.borrow_mut().still_creates(batch, time) {
            return;
        }
        self.note_start(host, batch);
        self.machine.borrow_mut().in_creator(batch, true);
        let came = host.create(batch.slot);
        self.machine.borrow_mut().in_creator(batch, false);
        if came != PENDING {
            self.created(host, batch, time);
        }
    }

    /// A strategy's news since then fences the flights, unless that very time counts as invalidated already.
    fn note_start(&self, host: &Host, batch: Ticket) {
        let machine = self.machine.borrow();
        let call = machine.call_of(batch);
        if !machine.settings(machine.region_of_call(call)).has_strategy {
            return;
        }
        let flights = machine.batch(batch).to_vec();
        drop(machine);
        for flight in flights {
            self.machine.borrow_mut().starts_at(flight, host.start_time(call));
        }
    }

    pub(super) fn created(&self, host: &Host, batch: Ticket, time: &Realm) {
        if !self.machine.borrow().expects_batch(batch) {
            return;
        }
        let flights = self.machine.borrow().batch(batch).to_vec();
        let has_value: Vec<bool> = flights.iter().map(|flight| host.has_value(*flight)).collect();
        self.machine.borrow_mut().created(batch, &has_value, time);
    }

    fn accept(&self, host: &Host, batch: Ticket, time: &Realm) {
        let flights = self.machine.borrow().created_flights(batch).to_vec();
        let mut accepted = Vec::with_capacity(flights.len());
        for flight in flights {
            let may_store = self.machine.borrow().may_store(flight);
            accepted.push(match host.accept(batch.slot, flight, may_store) {
                PENDING => Accepted::No,
                DONE => Accepted::Yes,
                FAILED => Accepted::Threw,
                _ => Accepted::Refused,
            });
        }
        self.machine.borrow_mut().accepted(batch, &accepted, time);
    }

    fn store(&self, host: &Host, batch: Ticket, time: &Realm) {
        let machine = self.machine.borrow();
        let came = if let [flight] = *machine.stores(batch) {
            drop(machine);
            host.store(batch.slot, flight)
        } else {
            let flights = machine.stores(batch).to_vec();
            drop(machine);
            host.store_multi(batch.slot, &flights)
        };
        let mut machine = self.machine.borrow_mut();
        if came != PENDING {
            machine.stored(batch, came == DONE, time);
        } else if machine.expects_batch(batch) {
            machine.store_sent(batch);
        }
    }

    fn send(&self, host: &Host, write: Ticket, time: &Realm) {
        if host.send(write.slot) != PENDING {
            self.machine.borrow_mut().wrote(write, time);
        }
    }

    fn run(&self, host: &Host, flight: Ticket, time: &Realm) {
        let leader = self.machine.borrow().leader_of(flight.slot);
        let Some((call, seat)) = leader else { return };
        let came = host.run(flight.slot, flight.serial, call, seat);
        let mut machine = self.machine.borrow_mut();
        if came == FAILED {
            return machine.runner_failed(flight, time);
        }
        machine.runner_began(flight, time);
        if came != DONE {
            machine.released(flight, Released::Unused, time); // it has released before it returned
        }
    }

    fn ask_strategy(&self, host: &Host, effect: Effect, time: &Realm) {
        match effect {
            Effect::Refresh { call } => match host.refresh(call.slot, call.serial) {
                PENDING => self.machine.borrow_mut().read_sent(call, time),
                DONE => self.machine.borrow_mut().refreshed(call, time),
                _ => self.machine.borrow_mut().failed(call, time),
            },
            Effect::RefreshToStore { batch } => match host.refresh_to_store(batch.slot, batch.serial) {
                PENDING => {}
                DONE => self.machine.borrow_mut().refreshed_to_store(batch),
                _ => self.reject(batch, time),
            },
            Effect::Hear { call } => self.hear(host, call, time),
            Effect::HearToStore { batch } => self.hear_to_store(host, batch, time),
            _ => {}
        }
    }

    /// The error is kept with the first of the flights.
    pub(super) fn reject(&self, batch: Ticket, time: &Realm) {
        let mut machine = self.machine.borrow_mut();
        if machine.expects_batch(batch) {
            let source = machine.created_flights(batch)[0];
            machine.reject_created(batch, source, time);
        }
    }

    fn hear(&self, host: &Host, call: Ticket, time: &Realm) {
        let met = self.machine.borrow().met(call);
        for (flight, started_at) in met {
            if !self.hear_of(host, call.slot, flight, started_at, time) {
                return self.machine.borrow_mut().failed(call, time);
            }
        }
        self.machine.borrow_mut().heard(call, time);
    }

    /// `false` if the strategy threw.
    fn hear_of(&self, host: &Host, call: u32, flight: u32, started_at: f64, time: &Realm) -> bool {
        if !started_at.is_nan() {
            match host.is_overtaken(call, started_at) {
                DONE => {}
                FAILED => return false,
                _ => self.machine.borrow_mut().overtaken(flight, time),
            }
        }
        let created = self.machine.borrow().found_at(flight);
        let Some(created) = created else { return true };
        let says = host.says(call, created);
        if says <= 2 {
            self.machine.borrow_mut().told(flight, invalidated_by_number(says));
        }
        says <= 2
    }

    pub(super) fn hear_to_store(&self, host: &Host, batch: Ticket, time: &Realm) {
        let machine = self.machine.borrow();
        if !machine.expects_batch(batch) {
            return;
        }
        let (flights, call) = (machine.created_flights(batch).to_vec(), machine.call_of(batch));
        let starts: Vec<f64> = flights.iter().map(|flight| machine.started_at(*flight)).collect();
        drop(machine);
        for (flight, started_at) in flights.into_iter().zip(starts) {
            let says = if started_at.is_nan() { DONE } else { host.is_overtaken(call, started_at) };
            if says == FAILED {
                host.adopt_error(batch.slot);
                return self.reject(batch, time);
            } else if says != DONE {
                self.machine.borrow_mut().overtaken(flight, time);
            }
        }
        self.machine.borrow_mut().store(batch, time);
    }

    fn act_on_lock(&self, host: &Host, effect: Effect, time: &Realm) {
        match effect {
            Effect::FindLocks { round } => {
                let (flights, call) = (self.machine.borrow().round(round), self.machine.borrow().call_of_round(round));
                let found: Vec<bool> = flights.iter().map(|flight| host.find_lock(call, *flight)).collect();
                self.machine.borrow_mut().locks_found(round, &found, time);
            }
            Effect::Lock { flight, wait } => host.lock(flight.slot, flight.serial, wait),
            Effect::GiveUpLock { flight } => host.give_up_lock(flight),
            Effect::HandOver { flight } => host.hand_over(flight.slot, flight.serial),
            Effect::ReadAgain { round } => {
                let (flights, call) = (self.machine.borrow().round_reads(round), self.machine.borrow().call_of_round(round));
                if host.read_again(call, round.slot, round.serial, &flights) != PENDING {
                    self.machine.borrow_mut().reread(round, time);
                }
            }
            Effect::Adopt { flight } => host.adopt(flight),
            Effect::Unlock { flight, round, is_stored } => host.unlock(flight, round.slot, round.serial, is_stored),
            Effect::SetRoundTimer { round, milliseconds } => {
                let call = self.machine.borrow().call_of_round(round);
                host.set_round_timer(call, round.slot, round.serial, milliseconds);
            }
            Effect::ClearRoundTimer { round } => host.clear_round_timer(round),
            _ => {}
        }
    }
}

fn fail(host: &Host, call: u32, why: Failure) {
    match why {
        Failure::Rejected(flight) => host.fail(call, 0, flight),
        Failure::LockTimeout => host.fail(call, 1, 0),
        Failure::Timeout => host.fail(call, 2, 0),
        Failure::Aborted => host.fail(call, 3, 0),
        Failure::Unread(flight) => host.fail(call, 4, flight),
        Failure::Thrown => host.fail(call, 5, 0),
    }
}

/// As the host says it.
pub(super) fn lock_answer(number: u32) -> LockAnswer {
    match number {
        0 => LockAnswer::Busy,
        1 => LockAnswer::Granted,
        _ => LockAnswer::Failed,
    }
}
