//! Sends the machine's effects to the host, and the immediate results back to the machine.

use super::acts::{Act, Over, tell};
use super::imports::{DONE, FAILED, Host, PENDING};
use super::region::Region;
use super::resume::found;
use super::time::Realm;
use crate::machine::{Accepted, Effect, Machine, Released, Ticket};

/// The result of a runner that released before it returned.
const RELEASED: u32 = 3;
/// The result of accepting a value that cannot be stored.
const REFUSED: u32 = 3;
/// The result if `shouldCacheFn` returned a promise: all values are checked again when it has settled.
const LATER: u32 = 4;

impl Region {
    /// Runs until no effects are left.
    pub(super) fn act(&self, host: &Host, time: &Realm) {
        let mut over = Over::default();
        while let Some(effect) = self.next_effect() {
            if !over.takes(effect) {
                over.tell(host);
                if !over.takes(effect) {
                    self.carry_out(host, effect, time);
                }
            }
        }
        over.tell(host);
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
            Effect::Send { write } => {
                if host.act(Act::Send as u32, write.slot, 0, 0, 0, 0.0) != PENDING {
                    self.machine.borrow_mut().wrote(write, time);
                }
            }
            Effect::Run { flight } => self.run(host, flight, time),
            Effect::Refresh { call } => self.refresh(host, call, time),
            Effect::RefreshToStore { batch } => self.refresh_to_store(host, batch, time),
            Effect::Hear { call } => self.hear(host, call, time),
            Effect::HearToStore { batch } => self.hear_to_store(host, batch, time),
            Effect::HearAgain { round } => self.hear_again(host, round, time),
            Effect::FindLocks { round } => self.find_locks(host, round, time),
            Effect::ReadAgain { round } => {
                if self.act_on_each(host, Act::ReadAgain, round, 0.0) != PENDING {
                    self.machine.borrow_mut().reread(round, time);
                }
            }
            _ => tell(host, effect),
        }
    }

    /// Executes an effect for each flight of a list, and returns the result of the last one.
    fn act_on_each(&self, host: &Host, act: Act, ticket: Ticket, x: f64) -> u32 {
        let mut came = PENDING;
        let mut index = 0;
        while let Some((flight, more)) = self.listed(act, ticket, index) {
            came = host.act(act as u32, ticket.slot, flight, more, ticket.serial, x);
            index += 1;
        }
        came
    }

    /// The flight at a position of a list, and the number of those after it.
    pub(super) fn listed(&self, act: Act, ticket: Ticket, index: usize) -> Option<(u32, u32)> {
        let machine = self.machine.borrow();
        let flights = list(&machine, act, ticket);
        flights.get(index).map(|flight| (*flight, (flights.len() - index - 1) as u32))
    }

    fn read(&self, host: &Host, call: Ticket, time: &Realm) {
        let mut came = PENDING;
        let mut index = 0;
        while let Some((flight, more)) = self.listed(Act::Read, call, index) {
            let key = self.machine.borrow().key_of(flight);
            came = host.act(Act::Read as u32, call.slot, flight, key, more, 0.0);
            index += 1;
        }
        let mut machine = self.machine.borrow_mut();
        if came == PENDING {
            return machine.read_sent(call, time);
        }
        if came != DONE
            && let [flight] = *machine.reads(call)
        {
            machine.landed(flight, found(came, 0.0, 0.0, 0.0, 0)); // nothing was found, for this reason
        }
        machine.decide(call, time);
    }

    /// The host calls the creator in its caller's context: now, or in a microtask, after which the flights are sent again.
    pub(super) fn create(&self, host: &Host, batch: Ticket, time: &Realm) {
        if !self.machine.borrow_mut().still_creates(batch, time) {
            return;
        }
        self.note_start(host, batch);
        self.machine.borrow_mut().in_creator(batch, true);
        let call = self.machine.borrow().call_of(batch);
        let came = self.act_on_each(host, Act::Create, batch, call.into());
        self.machine.borrow_mut().in_creator(batch, false);
        if came != PENDING {
            self.created(host, batch, came == DONE, time);
        }
    }

    /// `is_whole`: whether there is a value for each flight.
    pub(super) fn created(&self, host: &Host, batch: Ticket, is_whole: bool, time: &Realm) {
        let mut rejected = Vec::new();
        let mut index = 0;
        while !is_whole && let Some((flight, _)) = self.listed(Act::Create, batch, index) {
            if host.act(Act::HasValue as u32, flight, 0, 0, 0, 0.0) != DONE {
                rejected.push(flight);
            }
            index += 1;
        }
        self.machine.borrow_mut().created(batch, &rejected, time);
    }

    pub(super) fn accept(&self, host: &Host, batch: Ticket, time: &Realm) {
        self.machine.borrow_mut().begin_accepting(batch);
        let mut index = 0;
        let mut is_later = false;
        while let Some((flight, more)) = self.listed(Act::Accept, batch, index) {
            let may_store = self.machine.borrow().may_store(flight);
            let came = match host.act(Act::Accept as u32, batch.slot, flight, u32::from(may_store), more, 0.0) {
                LATER => {
                    is_later = true;
                    Accepted::No
                }
                PENDING => Accepted::No,
                DONE => Accepted::Yes,
                REFUSED => Accepted::Refused,
                _ => Accepted::Threw,
            };
            self.machine.borrow_mut().accept(batch, flight, came);
            index += 1;
        }
        if is_later {
            return;
        }
        self.machine.borrow_mut().accepted(batch, time);
    }

    fn store(&self, host: &Host, batch: Ticket, time: &Realm) {
        let came = self.act_on_each(host, Act::Store, batch, 0.0);
        let mut machine = self.machine.borrow_mut();
        if came == PENDING {
            machine.store_sent(batch);
        } else {
            machine.stored(batch, came == DONE, time);
        }
    }

    fn run(&self, host: &Host, flight: Ticket, time: &Realm) {
        let leader = self.machine.borrow().leader_of(flight.slot);
        let Some((call, seat)) = leader else { return };
        let came = host.act(Act::Run as u32, flight.slot, flight.serial, call, seat, 0.0);
        let mut machine = self.machine.borrow_mut();
        if came == FAILED {
            return machine.runner_failed(flight, time);
        }
        machine.runner_began(flight, time);
        if came == RELEASED {
            machine.released(flight, Released::Unused, time);
        }
    }

    fn find_locks(&self, host: &Host, round: Ticket, time: &Realm) {
        let call = self.machine.borrow().call_of_round(round);
        let mut index = 0;
        while let Some((flight, _)) = self.listed(Act::FindLock, round, index) {
            if host.act(Act::FindLock as u32, round.slot, flight, call, 0, 0.0) == DONE {
                self.machine.borrow_mut().lock_found(round, flight);
            }
            index += 1;
        }
        self.machine.borrow_mut().locks_found(round, time);
    }
}

fn list(machine: &Machine, act: Act, ticket: Ticket) -> &[u32] {
    match act {
        Act::Read => machine.reads(ticket),
        Act::Create => machine.batch(ticket),
        Act::Accept => machine.created_flights(ticket),
        Act::Store => machine.stores(ticket),
        _ => machine.asked(ticket),
    }
}
