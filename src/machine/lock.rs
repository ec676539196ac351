//! The backend's locks, which reach other tabs, isolates and processes. The flights that a call leads at once are one round after another: all locks
//! are tried together; what was won is looked at again, created, stored and released before anything is waited for. Then one lock is waited for,
//! holding nothing, and the others are tried again: all of them at first, then no more than twice as many as were won, since each may be a request.
//! So two calls of many keys never wait for each other.

use super::effect::Effect;
use super::flight::{Found, LockState};
use super::slab::{Reusable, Ticket};
use super::{Machine, Time};

/// The answer of a backend's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockAnswer {
    /// The lock is acquired.
    Granted,
    /// Another holder has it.
    Busy,
    /// It failed or did not respond in time.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    #[default]
    Finding,
    /// One lock is waited for.
    Waiting,
    /// All others are tried.
    Trying,
    HandingOver,
    ReadingAgain,
    /// What was won is created.
    Creating,
    /// All locks are on their way back.
    Releasing,
}

/// The flights of one call that are led under locks.
#[derive(Debug, Default)]
pub(super) struct LockRound {
    pub call: Ticket,
    /// Seats and flights that are not done with.
    pub led: Vec<(u32, u32)>,
    /// The flights that the host is asked about.
    pub asked: Vec<u32>,
    pub awaited: Option<u32>,
    /// How many are tried beside the one that was waited for. Default: all.
    pub most: Option<usize>,
    pub won: Vec<(u32, u32)>,
    /// What was found under each lock, if that was asked for.
    pub again: Vec<(u32, Option<Found>)>,
    pub stage: Stage,
    /// How many answers are missing.
    pub pending: usize,
    /// How many releases have not been answered.
    pub releasing: usize,
    /// The stamp at which a forced refresh was asked for: what was created before is too old for it.
    pub asked_at: f64,
    pub has_timer: bool,
    /// What was won, and whose creators are late: they keep their locks.
    pub late: Vec<(u32, u32)>,
    pub blockers: Vec<u32>,
    pub is_read_sent: bool,
}

impl Reusable for LockRound {}

impl LockRound {
    pub fn is_rereading(&self) -> bool {
        self.stage == Stage::ReadingAgain
    }

    /// All that it has not done with.
    pub fn flights(&self) -> impl Iterator<Item = u32> {
        self.led.iter().chain(&self.won).chain(&self.late).map(|(_, flight)| *flight)
    }
}

impl Machine {
    pub(super) fn begin_lock_round(&mut self, call: u32, led: Vec<(u32, u32)>, time: &impl Time) {
        if led.is_empty() {
            return;
        }
        let asked_at = if self.calls[call].request.force_refresh { time.stamp() } else { f64::NEG_INFINITY };
        for (_, flight) in &led {
            self.hold(*flight);
        }
        let round = self.lock_rounds.add();
        let it = &mut self.lock_rounds[round];
        it.call = self.calls.ticket(call);
        it.asked = led.iter().map(|(_, flight)| *flight).collect();
        it.led = led;
        it.asked_at = asked_at;
        self.calls[call].work += 1;
        self.push(Effect::FindLocks { round: self.lock_rounds.ticket(round) });
    }

    /// The flights that the host is asked about: whether they have locks, or what is found when they are read again.
    pub fn asked(&self, round: Ticket) -> &[u32] {
        self.lock_rounds.named(round).map_or(&[], |round| &round.asked)
    }

    /// Whether a round still goes on.
    pub fn expects_round(&self, round: Ticket) -> bool {
        self.lock_rounds.is_current(round)
    }

    /// The call of a round.
    pub fn call_of_round(&self, round: Ticket) -> u32 {
        self.lock_rounds[round.slot].call.slot
    }

    /// A flight has a lock in the backend.
    pub fn lock_found(&mut self, round: Ticket, flight: u32) {
        if self.lock_rounds.is_current(round) {
            let it = &mut self.flights[flight];
            it.lock = if it.is_fenced { LockState::Over } else { LockState::Free };
            it.round = Some(round.slot);
        }
    }

    /// All that have one are known. The others go on without.
    pub fn locks_found(&mut self, round: Ticket, time: &impl Time) {
        if !self.lock_rounds.is_current(round) {
            return;
        }
        let number = round.slot;
        let led = std::mem::take(&mut self.lock_rounds[number].led);
        let (locked, free): (Vec<_>, Vec<_>) =
            led.into_iter().partition(|(_, flight)| self.flights[*flight].round == Some(number));
        self.lock_rounds[number].led = locked;
        let call = self.lock_rounds[number].call.slot;
        self.start(call, &free, time); // which holds what it creates
        for (_, flight) in free {
            self.release(flight);
        }
        if let [(seat, flight), ..] = self.lock_rounds[number].led[..] {
            let tries = self.calls[call].request.is_multi || self.calls[call].seats[seat as usize].is_stale;
            self.lock_rounds[number].awaited = (!tries).then_some(flight);
            self.acquire(number, time);
        } else {
            self.end_round(number);
        }
        self.settle(time);
    }

    pub(super) fn acquire(&mut self, round: u32, time: &impl Time) {
        let it = &mut self.lock_rounds[round];
        if let Some(flight) = it.awaited {
            it.stage = Stage::Waiting;
            it.pending = 1;
            self.ask_lock(flight, true, time);
        } else {
            self.try_locks(round, time);
        }
    }

    pub(super) fn try_locks(&mut self, round: u32, time: &impl Time) {
        let it = &mut self.lock_rounds[round];
        let others = it.led.iter().map(|(_, flight)| *flight).filter(|flight| it.awaited != Some(*flight));
        let others: Vec<u32> = others.take(it.most.unwrap_or(usize::MAX)).collect();
        it.stage = Stage::Trying;
        it.pending = others.len() + 1;
        for flight in others {
            self.ask_lock(flight, false, time);
        }
        self.lock_settled(round, time); // the one more that was counted
    }

    fn ask_lock(&mut self, flight: u32, wait: bool, time: &impl Time) {
        if self.flights[flight].lock == LockState::Free {
            self.flights[flight].lock = LockState::Asking;
            self.push(Effect::Lock { flight: self.flights.ticket(flight), wait });
        } else if let Some(round) = self.flights[flight].round {
            self.lock_settled(round, time); // it must not be held any more
        }
    }

    /// The backend's lock has answered; `false` if what was granted is to be released at once.
    pub fn lock_answered(&mut self, flight: Ticket, answer: LockAnswer, time: &impl Time) -> bool {
        if !self.flights.is_current(flight) || self.flights[flight.slot].lock != LockState::Asking {
            return answer != LockAnswer::Granted;
        }
        let flight = flight.slot;
        let Some(round) = self.flights[flight].round else { return answer != LockAnswer::Granted };
        let is_awaited = self.lock_rounds[round].stage == Stage::Waiting;
        self.flights[flight].lock = match answer {
            LockAnswer::Granted => LockState::Held,
            LockAnswer::Busy if !is_awaited => LockState::Free,
            _ => LockState::Lost,
        };
        self.lock_settled(round, time);
        self.settle(time);
        true
    }

    /// One answer less is missing.
    #[inline(never)]
    pub(super) fn lock_settled(&mut self, round: u32, time: &impl Time) {
        let it = &mut self.lock_rounds[round];
        it.pending -= 1;
        if it.pending > 0 {
            return;
        }
        match it.stage {
            Stage::Waiting => self.try_locks(round, time),
            Stage::Trying => self.hand_over(round, time),
            Stage::HandingOver => self.read_again(round, time),
            Stage::Creating => self.await_releases(round, time),
            _ => {}
        }
    }

    pub(super) fn end_round(&mut self, round: u32) {
        let call = self.lock_rounds[round].call;
        self.push(Effect::ForgetRound { round });
        self.end_work(call);
    }

    /// Gives a lock up, held or not. `is_stored`: what was written under it is handed over.
    pub(super) fn release_lock(&mut self, flight: u32, is_stored: bool) {
        let it = &mut self.flights[flight];
        let state = it.lock;
        if matches!(state, LockState::None | LockState::Over) {
            return;
        }
        it.lock = LockState::Over;
        let round = it.round;
        if state == LockState::Held {
            let ticket = round.map_or(Ticket::NONE, |round| self.lock_rounds.ticket(round));
            self.push(Effect::Unlock { flight, round: ticket, is_stored });
        }
        let Some(round) = round else { return };
        if state == LockState::Held {
            self.lock_rounds[round].releasing += 1;
        } else if state == LockState::Asking {
            self.push(Effect::GiveUpLock { flight });
        }
        if state == LockState::Asking || self.lock_rounds[round].stage == Stage::Creating && self.is_won(round, flight) {
            self.released_in.push_back(self.lock_rounds.ticket(round));
        }
    }

    /// On Workers: a dead request holds its locks no more than its flights.
    pub(super) fn forget_rounds(&mut self, call: u32) {
        let ticket = self.calls.ticket(call);
        let rounds: Vec<u32> = self.lock_rounds.slots().filter(|round| self.lock_rounds[*round].call == ticket).collect();
        for round in rounds {
            let it = &mut self.lock_rounds[round];
            let flights: Vec<u32> = it.flights().collect();
            (it.led, it.won, it.late) = Default::default();
            (it.pending, it.releasing) = (0, 0);
            for flight in flights {
                self.flights[flight].round = None;
                self.release(flight);
            }
            self.push(Effect::ForgetRound { round });
        }
    }

    pub(super) fn is_won(&self, round: u32, flight: u32) -> bool {
        let place = self.flights[flight].place as usize;
        self.lock_rounds[round].won.get(place).is_some_and(|(_, won)| *won == flight)
    }

    /// Locks that were released since: their rounds go on.
    pub(super) fn go_on_after_release(&mut self, round: Ticket, time: &impl Time) {
        if self.lock_rounds.is_current(round) && self.lock_rounds[round.slot].pending > 0 {
            self.lock_settled(round.slot, time);
        }
    }
}
