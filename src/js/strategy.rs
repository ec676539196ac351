//! Asks a user's strategy what was invalidated, for a call and before a creator's values are stored.

use super::acts::Act;
use super::imports::{DONE, FAILED, Host, PENDING};
use super::numbers::invalidated_by_number;
use super::region::Region;
use super::time::Realm;
use crate::machine::Ticket;

impl Region {
    /// An invalidation since the load's start fences the flights, unless the start time itself was already invalidated.
    pub(super) fn note_start(&self, host: &Host, batch: Ticket) {
        let machine = self.machine.borrow();
        let call = machine.call_of(batch);
        if !machine.settings(machine.region_of_call(call)).asks_host() {
            return;
        }
        drop(machine);
        let mut index = 0;
        while let Some((flight, _)) = self.listed(Act::Create, batch, index) {
            self.machine.borrow_mut().starts_at(flight, host.start_time(call));
            index += 1;
        }
    }

    pub(super) fn refresh(&self, host: &Host, call: Ticket, time: &Realm) {
        let came = host.act(Act::Refresh as u32, call.slot, 0, 0, 0, 0.0);
        let mut machine = self.machine.borrow_mut();
        match came {
            PENDING => machine.read_sent(call, time),
            DONE => machine.refreshed(call, time),
            _ => machine.failed(call, time),
        }
    }

    pub(super) fn refresh_to_store(&self, host: &Host, batch: Ticket, time: &Realm) {
        match host.act(Act::RefreshToStore as u32, batch.slot, 0, 0, 0, 0.0) {
            PENDING => {}
            DONE => self.machine.borrow_mut().refreshed_to_store(batch),
            _ => self.reject(batch, time),
        }
    }

    /// The error is kept with the first flight.
    pub(super) fn reject(&self, batch: Ticket, time: &Realm) {
        let mut machine = self.machine.borrow_mut();
        if let [source, ..] = *machine.created_flights(batch) {
            machine.reject_created(batch, source, time);
        }
    }

    pub(super) fn hear(&self, host: &Host, call: Ticket, time: &Realm) {
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
        if !self.hear_whether_overtaken(host, call, flight, started_at, time) {
            return false;
        }
        let created = self.machine.borrow().found_at(flight);
        let Some(created) = created else { return true };
        let says = host.act(Act::Says as u32, call, flight, 0, 0, created);
        if says <= 2 {
            self.machine.borrow_mut().told(flight, invalidated_by_number(says));
        }
        says <= 2
    }

    /// A record that was found under a lock, and that a strategy throws for, is created anew.
    pub(super) fn hear_again(&self, host: &Host, round: Ticket, time: &Realm) {
        let machine = self.machine.borrow();
        let (call, found) = (machine.call_of_round(round), machine.found_again(round));
        drop(machine);
        for (flight, created) in found {
            let says = host.act(Act::Says as u32, call, flight, 1, 0, created);
            self.machine.borrow_mut().told_again(round, flight, invalidated_by_number(says));
        }
        self.machine.borrow_mut().heard_again(round, time);
    }

    fn hear_whether_overtaken(&self, host: &Host, call: u32, flight: u32, started_at: f64, time: &Realm) -> bool {
        let says = if started_at.is_nan() { DONE } else { is_overtaken(host, call, flight, started_at) };
        if says == PENDING {
            self.machine.borrow_mut().overtaken(flight, time);
        }
        says != FAILED
    }

    pub(super) fn hear_to_store(&self, host: &Host, batch: Ticket, time: &Realm) {
        let mut index = 0;
        while let Some((flight, _)) = self.listed(Act::Accept, batch, index) {
            let machine = self.machine.borrow();
            let (call, started_at) = (machine.call_of(batch), machine.started_at(flight));
            drop(machine);
            if !self.hear_whether_overtaken(host, call, flight, started_at, time) {
                host.tell(Act::AdoptError as u32, batch.slot, 0, 0, 0, 0.0);
                return self.reject(batch, time);
            }
            index += 1;
        }
        self.machine.borrow_mut().store(batch, time);
    }
}

/// `PENDING` if so, as nothing has come to an end.
fn is_overtaken(host: &Host, call: u32, flight: u32, since: f64) -> u32 {
    host.act(Act::IsOvertaken as u32, call, flight, 0, 0, since)
}
