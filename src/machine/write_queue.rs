//! The write queue of a key: writes are sent one after another. Synchronous backends never have one. A flight's read waits for the writes
//! that are queued before it; its own write is sent at once, because any write in the queue has fenced the flight.

use super::effect::Effect;
use super::slab::{Reusable, Ticket};
use super::{Machine, Time};

/// Who waits for a write to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follower {
    Write(Ticket),
    Read(Ticket),
    ReadAgain(Ticket),
}

/// One write of one or many keys.
#[derive(Debug, Default)]
pub(super) struct Write {
    keys: Vec<u32>,
    /// The call whose request sends it; none where requests do not die.
    pub owner: Option<Ticket>,
    /// The writes that it waits for: before it is sent, or as it goes on, before it lets others pass.
    pub ahead: Vec<u32>,
    pub is_sent: bool,
    has_answered: bool,
    /// Whether those who waited for it go on.
    pub has_passed: bool,
    /// Whether the host is told to forget it.
    has_ended: bool,
    pub followers: Vec<Follower>,
}

impl Reusable for Write {}

impl Machine {
    /// `set` or `delete`: enters the queue, then fences. When it is to be sent comes an effect; then comes `wrote`.
    pub fn write(&mut self, region: u32, keys: Vec<u32>, time: &impl Time) -> Ticket {
        let owner = self.on_workers().then(|| self.begin_writer(region, time));
        let fenced = keys.clone();
        let write = self.enter_write(keys, owner, false);
        if let Some(owner) = owner {
            self.calls[owner.slot].write = Some(write.slot);
        }
        for key in fenced {
            self.fence_key(key);
        }
        if self.writes[write.slot].ahead.is_empty() {
            self.send(write.slot);
        } else if let Some(owner) = owner {
            self.watch_owners(owner.slot);
        }
        self.settle(time);
        write
    }

    /// On Workers a write is seen alive like a call, for those who wait for it.
    fn begin_writer(&mut self, region: u32, time: &impl Time) -> Ticket {
        let call = self.calls.add();
        let it = &mut self.calls[call];
        (it.region, it.generation, it.work) = (region, self.regions[region].generation, 1);
        self.keep_alive(call, time);
        self.calls.ticket(call)
    }

    /// The call that a write belongs to, on Workers.
    pub fn writer_of(&self, write: Ticket) -> Option<Ticket> {
        self.writes.get(write.slot)?.owner
    }

    /// Puts a write that is to be sent, or goes on, at the end of its keys' queues.
    pub(super) fn enter_write(&mut self, keys: Vec<u32>, owner: Option<Ticket>, is_sent: bool) -> Ticket {
        let write = self.writes.add();
        let it = &mut self.writes[write];
        (it.keys, it.owner, it.is_sent) = (keys, owner, is_sent);
        let ticket = self.writes.ticket(write);
        for key in self.writes[write].keys.clone() {
            self.hold_key(key);
            let last = self.keys[key].last_write.replace(write);
            if let Some(last) = last.filter(|last| *last != write && !self.writes[write].ahead.contains(last)) {
                self.writes[write].ahead.push(last);
                self.writes[last].followers.push(Follower::Write(ticket));
            }
        }
        ticket
    }

    pub(super) fn send(&mut self, write: u32) {
        self.writes[write].is_sent = true;
        self.push(Effect::Send { write: self.writes.ticket(write) });
    }

    /// A write that a runner has sent goes on. It has no place in the queue if the runner has released meanwhile.
    pub fn write_sent(&mut self, flight: Ticket) -> Ticket {
        if !self.flights.is_current(flight) {
            return Ticket::NONE;
        }
        let flight = flight.slot;
        let (key, owner) = (self.flights[flight].key, self.flights[flight].owner);
        self.enter_write(vec![key], self.on_workers().then_some(owner), true)
    }

    /// The serial of the write that stands in a place.
    pub fn serial_of_write(&self, slot: u32) -> u32 {
        self.writes.get(slot).map_or(0, |_| self.writes.ticket(slot).serial)
    }

    /// A write has ended, however.
    pub fn wrote(&mut self, write: Ticket, time: &impl Time) {
        self.write_ended(write);
        self.settle(time);
    }

    pub(super) fn write_ended(&mut self, write: Ticket) {
        if !self.writes.is_current(write) {
            return;
        }
        let it = &mut self.writes[write.slot];
        it.has_answered = true;
        if it.ahead.is_empty() {
            self.let_pass(write.slot, true);
        }
    }

    /// On Workers: a write of a dead request is not waited for. One that was not sent stays its owner's, which sends it if it is alive after all.
    pub(super) fn give_up_write(&mut self, write: u32) {
        self.pass_all(write);
        if self.writes[write].is_sent {
            self.end_write(write, true);
        }
    }

    /// Whoever waits for this write goes on, and it is over. `is_own`: its own request says so.
    fn let_pass(&mut self, write: u32, is_own: bool) {
        self.pass_all(write);
        self.end_write(write, is_own);
    }

    fn pass_all(&mut self, write: u32) {
        let it = &mut self.writes[write];
        it.has_passed = true;
        let (keys, followers) = (std::mem::take(&mut it.keys), std::mem::take(&mut it.followers));
        for key in keys {
            if self.keys[key].last_write == Some(write) {
                self.keys[key].last_write = None;
            }
            self.release_key(key);
        }
        for follower in followers {
            self.pass(follower, write);
        }
    }

    pub(super) fn end_write(&mut self, write: u32, is_own: bool) {
        let it = &mut self.writes[write];
        if std::mem::replace(&mut it.has_ended, true) {
            return;
        }
        let owner = it.owner;
        self.push(Effect::ForgetWrite { write });
        if let Some(owner) = owner.filter(|owner| self.calls.is_current(*owner)) {
            if is_own {
                self.changed(owner);
            }
            if self.calls[owner.slot].write.take().is_some() {
                self.end_work(owner);
            }
        }
    }

    fn pass(&mut self, follower: Follower, passed: u32) {
        match follower {
            Follower::Write(write) if self.writes.is_current(write) => {
                let it = &mut self.writes[write.slot];
                it.ahead.retain(|ahead| *ahead != passed);
                if it.ahead.is_empty() && it.has_answered {
                    self.let_pass(write.slot, !self.on_workers()); // a flight's, which has gone on beside the others
                } else if it.ahead.is_empty() && !it.is_sent && !self.on_workers() {
                    self.send(write.slot);
                }
            }
            Follower::Read(call) if self.calls.is_current(call) => {
                self.calls[call.slot].blockers.retain(|ahead| *ahead != passed);
                if !self.on_workers() {
                    self.send_unblocked(call.slot);
                }
            }
            Follower::ReadAgain(round) if self.lock_rounds.is_current(round) => {
                self.lock_rounds[round.slot].blockers.retain(|ahead| *ahead != passed);
                if !self.on_workers() {
                    self.reread_unblocked(round.slot);
                }
            }
            _ => {}
        }
    }
}
