//! Reads wait for the writes of their keys that are queued when they are to be sent.

use super::effect::Effect;
use super::write_queue::Follower;
use super::{Machine, Time};

impl Machine {
    /// The writes that are queued for these flights' keys.
    fn ahead_of(&self, flights: &[u32]) -> Vec<u32> {
        let mut ahead: Vec<u32> = Vec::new();
        for flight in flights {
            let last = self.keys[self.flights[*flight].key].last_write;
            ahead.extend(last.filter(|last| !ahead.contains(last)));
        }
        ahead
    }

    /// Sends a call's read when the writes that are queued now have ended.
    pub(super) fn queue_read(&mut self, call: u32, time: &impl Time) {
        let ahead = self.ahead_of(&self.calls[call].reads);
        self.calls[call].is_read_sent = false;
        if !ahead.is_empty() {
            let ticket = self.calls.ticket(call);
            for write in &ahead {
                self.writes[*write].followers.push(Follower::Read(ticket));
            }
            self.calls[call].blockers = ahead;
            self.keep_alive(call, time);
        }
        self.send_unblocked(call);
    }

    /// Sends what a call was kept from sending by writes that have ended since.
    pub(super) fn send_unblocked(&mut self, call: u32) {
        let it = &mut self.calls[call];
        if it.is_reading && !it.is_read_sent && it.blockers.is_empty() {
            it.is_read_sent = true;
            self.push(Effect::Read { call: self.calls.ticket(call) });
        }
    }

    /// The same for its write, on Workers.
    pub(super) fn send_unblocked_write(&mut self, call: u32) {
        if let Some(write) = self.calls[call].write
            && !self.writes[write].is_sent
            && self.writes[write].ahead.is_empty()
        {
            self.send(write);
        }
    }

    /// The writes that a call's read, its writes or its locks wait for.
    pub(super) fn blockers_of(&self, call: u32) -> Vec<u32> {
        let mut blockers = self.calls[call].blockers.clone();
        let ticket = self.calls.ticket(call);
        let is_own = |write: &u32| {
            self.writes[*write].owner == Some(ticket) && !(self.writes[*write].has_passed && self.writes[*write].is_sent)
        };
        for write in self.writes.slots().filter(is_own) {
            blockers.extend(&self.writes[write].ahead); // a creation's write has passed those ahead of it, but lets nobody pass before them
        }
        for round in self.lock_rounds.slots().filter(|round| self.lock_rounds[*round].call == ticket) {
            blockers.extend(&self.lock_rounds[round].blockers);
        }
        blockers
    }

    /// Sends the second read of a lock round when the writes that are queued now have ended.
    pub(super) fn queue_reread(&mut self, round: u32) {
        let ticket = self.lock_rounds.ticket(round);
        let ahead = self.ahead_of(&self.lock_rounds[round].asked);
        for write in &ahead {
            self.writes[*write].followers.push(Follower::ReadAgain(ticket));
        }
        self.lock_rounds[round].is_read_sent = false;
        self.lock_rounds[round].blockers = ahead;
        self.reread_unblocked(round);
        self.watch_owners(self.lock_rounds[round].call.slot);
    }

    pub(super) fn reread_unblocked(&mut self, round: u32) {
        let it = &mut self.lock_rounds[round];
        if !it.is_read_sent && it.blockers.is_empty() {
            it.is_read_sent = true;
            self.push(Effect::ReadAgain { round: self.lock_rounds.ticket(round) });
        }
    }

    /// On Workers: sends what a call's locks were kept from reading.
    pub(super) fn reread_unblocked_of(&mut self, call: u32) {
        let ticket = self.calls.ticket(call);
        let rounds: Vec<u32> = self.lock_rounds.slots().filter(|round| self.lock_rounds[*round].call == ticket).collect();
        for round in rounds {
            if self.lock_rounds[round].is_rereading() {
                self.reread_unblocked(round);
            }
        }
    }
}
