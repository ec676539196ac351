//! What was won in a round of locks: looked at again, created if that is still needed, released; then the round goes on for what was busy.

use super::effect::{Effect, Served};
use super::flight::{Found, LockState, Outcome};
use super::lock::Stage;
use super::slab::Ticket;
use super::{Machine, Time};
use crate::freshness::{Decision, Invalidated};

impl Machine {
    /// Looks again at what was won, since somebody else may have created it meanwhile.
    pub(super) fn hand_over(&mut self, round: u32, time: &impl Time) {
        let led = std::mem::take(&mut self.lock_rounds[round].led);
        let is_busy = |(_, flight): &(u32, u32)| self.flights[*flight].lock == LockState::Free;
        let (busy, won): (Vec<_>, Vec<_>) = led.into_iter().partition(is_busy);
        for (place, (_, flight)) in won.iter().enumerate() {
            self.flights[*flight].place = place as u32;
        }
        let it = &mut self.lock_rounds[round];
        it.led = busy;
        it.again = won.iter().map(|(_, flight)| (*flight, None)).collect();
        it.won = won.clone();
        it.stage = Stage::HandingOver;
        it.pending = 1;
        for (_, flight) in won {
            if self.flights[flight].lock == LockState::Held {
                self.lock_rounds[round].pending += 1;
                self.push(Effect::HandOver { flight: self.flights.ticket(flight) });
            }
        }
        self.lock_settled(round, time);
    }

    /// What the last holder of a lock has left, if anything.
    pub fn handed_over(&mut self, flight: Ticket, found: Option<Found>, time: &impl Time) {
        if !self.flights.is_current(flight) {
            return;
        }
        let Some(round) = self.flights[flight.slot].round else { return };
        self.note_again(round, flight.slot, found);
        self.lock_settled(round, time);
        self.settle(time);
    }

    pub(super) fn read_again(&mut self, round: u32, time: &impl Time) {
        let it = &mut self.lock_rounds[round];
        it.stage = Stage::ReadingAgain;
        it.asked = it.again.iter().filter(|(_, found)| found.is_none()).map(|(flight, _)| *flight).collect();
        if it.asked.is_empty() {
            self.judge_again(round, time);
        } else {
            self.queue_reread(round);
        }
    }

    /// What was found when a flight's key was read again.
    pub fn landed_again(&mut self, round: Ticket, flight: u32, found: Found) {
        if !self.lock_rounds.is_current(round) {
            return;
        }
        self.note_again(round.slot, flight, Some(found));
    }

    fn note_again(&mut self, round: u32, flight: u32, found: Option<Found>) {
        let place = self.flights.get(flight).map_or(0, |flight| flight.place as usize);
        if let Some((of, again)) = self.lock_rounds[round].again.get_mut(place)
            && *of == flight
        {
            *again = found;
        }
    }

    /// All of them have been read again.
    pub fn reread(&mut self, round: Ticket, time: &impl Time) {
        if self.lock_rounds.is_current(round) {
            self.judge_again(round.slot, time);
            self.settle(time);
        }
    }

    /// Where the host knows what was invalidated, it is asked, since one record may have come long before the last.
    fn judge_again(&mut self, round: u32, time: &impl Time) {
        let it = &self.lock_rounds[round];
        if self.regions[self.calls[it.call.slot].region].settings.asks_host() {
            self.push(Effect::HearAgain { round: self.lock_rounds.ticket(round) });
        } else {
            self.create_won(round, time);
        }
    }

    /// The flights for which another record was found under their locks, and its time of creation.
    pub fn found_again(&self, round: Ticket) -> Vec<(u32, f64)> {
        let created = |(flight, found): &(u32, Option<Found>)| match found {
            Some(Found::Record { metadata, .. }) => Some((*flight, metadata.created)),
            _ => None,
        };
        self.lock_rounds.named(round).map_or_else(Vec::new, |round| round.again.iter().filter_map(created).collect())
    }

    /// What the host says now of the record that was found for a flight under its lock.
    pub fn told_again(&mut self, round: Ticket, flight: u32, says: Invalidated) {
        let again = self.lock_rounds.is_current(round).then(|| &mut self.lock_rounds[round.slot].again);
        for (_, found) in again.into_iter().flatten().filter(|(of, _)| *of == flight) {
            if let Some(Found::Record { invalidated, .. }) = found {
                *invalidated = says;
            }
        }
    }

    /// It was asked about all of these.
    pub fn heard_again(&mut self, round: Ticket, time: &impl Time) {
        if self.lock_rounds.is_current(round) && self.lock_rounds[round.slot].stage == Stage::ReadingAgain {
            self.create_won(round.slot, time);
            self.settle(time);
        }
    }

    fn create_won(&mut self, round: u32, time: &impl Time) {
        let won = self.lock_rounds[round].won.clone();
        let again = std::mem::take(&mut self.lock_rounds[round].again);
        let mut needed = Vec::new();
        for (one, (_, found)) in won.iter().zip(again) {
            if !self.is_lost(one.1) && self.is_needed(round, *one, found, time) {
                needed.push(*one);
            }
        }
        let call = self.lock_rounds[round].call.slot;
        self.start(call, &needed, time);
        let it = &mut self.lock_rounds[round];
        it.stage = Stage::Creating;
        it.pending = 1 + won.iter().filter(|(_, flight)| self.flights[*flight].lock != LockState::Over).count();
        if !self.lock_rounds[round].led.is_empty() && self.lock_rounds[round].pending > 1 {
            let milliseconds = self.calls[call].request.lock_timeout * 1_000.0;
            self.lock_rounds[round].has_timer = true;
            self.push(Effect::SetRoundTimer { round: self.lock_rounds.ticket(round), milliseconds });
        }
        self.lock_settled(round, time);
    }

    /// A creator that hangs keeps its locks, but nobody who waits for another key.
    pub fn round_timer_fired(&mut self, round: Ticket, time: &impl Time) {
        if self.lock_rounds.is_current(round) && self.lock_rounds[round.slot].stage == Stage::Creating {
            self.await_releases(round.slot, time);
            self.settle(time);
        }
    }

    /// Only another record than the first read found can make a creation needless; for a forced refresh one that was created since.
    fn is_needed(&mut self, round: u32, (seat, flight): (u32, u32), found: Option<Found>, time: &impl Time) -> bool {
        let Some(found) = found else { return true };
        if found == Found::Failed {
            self.push(Effect::Adopt { flight });
            self.end(flight, Outcome::Rejected { source: flight, is_creators: false });
            return false;
        }
        if matches!(found, Found::Missing(_)) || is_same(found, self.flights[flight].found) {
            return true;
        }
        let (call, asked_at) = (self.lock_rounds[round].call.slot, self.lock_rounds[round].asked_at);
        let request = self.calls[call].request;
        self.flights[flight].found = found;
        self.flights[flight].landed_writes = self.keys[self.flights[flight].key].writes;
        self.push(Effect::Adopt { flight });
        let decision = self.evaluate(flight, request.expiration, time);
        self.calls[call].seats[seat as usize].is_stale = decision == Decision::Stale && !request.force_refresh;
        if decision == Decision::Fresh && !matches!(found, Found::Record { metadata, .. } if metadata.created < asked_at) {
            self.end(flight, Outcome::Found { source: flight });
            return false;
        }
        true
    }

    /// Whether a flight was fenced before its creator was called: whoever waits begins again.
    pub(super) fn is_lost(&mut self, flight: u32) -> bool {
        if self.flights[flight].is_fenced {
            self.end(flight, Outcome::Restart);
        }
        self.flights[flight].outcome.is_some()
    }

    pub(super) fn await_releases(&mut self, round: u32, time: &impl Time) {
        if std::mem::take(&mut self.lock_rounds[round].has_timer) {
            self.push(Effect::ClearRoundTimer { round });
        }
        self.lock_rounds[round].stage = Stage::Releasing;
        if self.lock_rounds[round].releasing == 0 {
            self.next_round(round, time);
        }
    }

    /// A release has been answered.
    pub fn unlocked(&mut self, round: Ticket, time: &impl Time) {
        if !self.lock_rounds.is_current(round) {
            return;
        }
        let it = &mut self.lock_rounds[round.slot];
        it.releasing = it.releasing.saturating_sub(1);
        if it.releasing == 0 && it.stage == Stage::Releasing {
            self.next_round(round.slot, time);
            self.settle(time);
        }
    }

    /// Somebody else creates what was busy: whoever would have led is served what is stale, or waits for its lock.
    fn next_round(&mut self, round: u32, time: &impl Time) {
        let it = &mut self.lock_rounds[round];
        it.most = it.awaited.map(|_| 2 * it.won.len());
        it.late.append(&mut it.won);
        for (seat, flight) in std::mem::take(&mut it.late) {
            if self.flights[flight].lock == LockState::Held {
                self.lock_rounds[round].late.push((seat, flight));
            } else {
                self.flights[flight].round = None;
                self.release(flight);
            }
        }
        let call = self.lock_rounds[round].call.slot;
        let mut rest = Vec::new();
        for (seat, flight) in std::mem::take(&mut self.lock_rounds[round].led) {
            let is_stale = self.calls[call].seats[seat as usize].is_stale && self.is_still_stale(call, flight, time);
            if is_stale || self.runs_early(flight) {
                self.serve_instead_of_leading(call, seat, flight, time);
            }
            if self.is_lost(flight) {
                self.flights[flight].round = None;
                self.release(flight);
            } else {
                rest.push((seat, flight));
            }
        }
        let it = &mut self.lock_rounds[round];
        let Some((_, first)) = rest.first().copied() else {
            return if it.late.is_empty() {
                self.end_round(round);
            };
        };
        it.led = rest;
        it.awaited = Some(first);
        self.acquire(round, time);
    }

    /// It may have been invalidated or replaced since.
    pub(super) fn is_still_stale(&self, call: u32, flight: u32, time: &impl Time) -> bool {
        !self.is_replaced(flight)
            && !matches!(self.evaluate(flight, self.calls[call].request.expiration, time), Decision::Missing(_))
    }

    fn serve_instead_of_leading(&mut self, call: u32, seat: u32, flight: u32, time: &impl Time) {
        if self.calls[call].seats[seat as usize].place == (super::call::Place::Waiting { flight, leads: true }) {
            let is_fresh = self.is_still_fresh(call, flight, time);
            self.serve_found(call, seat, flight, if is_fresh { Served::Fresh } else { Served::Stale });
        }
        self.end(flight, Outcome::Restart);
    }
}

/// A number may be NaN, which equals itself here.
fn is_same(one: Found, other: Found) -> bool {
    let numbers = |found| match found {
        Found::Record { metadata, own, .. } => {
            Some((metadata.created.to_bits(), metadata.version.to_bits(), own.map(f64::to_bits)))
        }
        _ => None,
    };
    numbers(one) == numbers(other)
}
