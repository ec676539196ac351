//! The decision of a seat about its flight's record: be served, lead, wait, take over, or read again.

use super::call::{Left, Place, SeatRef, Stage};
use super::effect::{Failure, Served};
use super::flight::{Found, Phase};
use super::{Machine, Time};
use crate::freshness::Decision;

/// The next step of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    ServeFresh,
    ServeStale,
    Lead,
    Wait,
    TakeOver,
    ReadAgain,
}

impl Machine {
    /// Each seat of a call that has boarded a flight decides; then the call leads what it is the first to need.
    pub(super) fn decide_all(&mut self, call: u32, time: &impl Time) {
        self.calls[call].stage = Stage::Open;
        let mut led = std::mem::take(&mut self.led);
        for seat in 0..self.calls[call].seats.len() as u32 {
            let Place::Boarded(flight) = self.calls[call].seats[seat as usize].place else { continue };
            if self.calls[call].left == Left::Gone {
                self.drop_seat(call, seat as usize);
            } else if self.flights[flight].found == Found::Failed && self.calls[call].seats[seat as usize].rejected.is_none() {
                self.end_reads(call);
                self.fail(call, Failure::Unread(flight));
                self.lead_no_more(&led);
                return self.use_again(led);
            } else if self.decide_seat(call, seat, flight, time) == Move::Lead {
                led.push((seat, flight));
            }
        }
        self.end_reads(call);
        if self.calls[call].left == Left::Gone {
            self.lead_no_more(&led); // one of its keys has made it reject
        } else if !led.is_empty() {
            self.keep_alive(call, time);
            self.lead(call, &led, time);
        }
        self.let_early_go(&led);
        self.use_again(led);
        self.look_at_waiting(call, time);
        self.list(call);
    }

    fn use_again(&mut self, mut led: Vec<(u32, u32)>) {
        led.clear();
        self.led = led;
    }

    /// What a call has read, and nobody leads, is to be read anew by whoever comes next.
    fn end_reads(&mut self, call: u32) {
        let mut reads = std::mem::take(&mut self.calls[call].reads);
        for flight in reads.drain(..) {
            if self.flights[flight].phase == Phase::Read {
                self.remove_current(flight);
            }
            self.release(flight);
        }
        self.calls[call].reads = reads; // its memory is used again
    }

    fn lead_no_more(&mut self, led: &[(u32, u32)]) {
        for (_, flight) in led {
            self.end(*flight, super::flight::Outcome::Restart);
        }
    }

    fn decide_seat(&mut self, call: u32, seat: u32, flight: u32, time: &impl Time) -> Move {
        if let Some(source) = self.calls[call].seats[seat as usize].rejected {
            return self.serve_instead_of(call, seat, flight, source, time);
        }
        self.judge(call, seat, flight);
        let (next, decision) = self.next_move(call, seat, flight, time);
        match next {
            Move::ServeFresh if self.is_elected(call, seat, flight, time) => return self.lead_early(call, seat, flight),
            Move::ServeFresh => self.serve_found(call, seat, flight, Served::Fresh),
            Move::ServeStale => {
                self.watch_for_next(flight, self.calls[call].request.lock_timeout, time);
                self.serve_found(call, seat, flight, Served::Stale);
            }
            Move::TakeOver => {
                self.take_over(call, seat, flight);
                self.leave_read(call, seat);
            }
            Move::ReadAgain => {
                self.calls[call].seats[seat as usize].has_read_again = true;
                self.leave_read(call, seat);
            }
            Move::Lead => return self.try_to_lead(call, seat, flight, decision, time),
            Move::Wait => {
                self.count_miss(call, seat, decision);
                self.wait_for(call, seat, flight, false);
            }
        }
        next
    }

    /// A creator has failed, and the key was read once more.
    fn serve_instead_of(&mut self, call: u32, seat: u32, flight: u32, source: u32, time: &impl Time) -> Move {
        if self.evaluate(flight, self.calls[call].request.expiration, time) == Decision::Fresh {
            self.serve_found(call, seat, flight, Served::Fresh);
        } else if self.serves_instead(call, flight, time) {
            self.report(source);
            self.serve_found(call, seat, flight, Served::Stale);
        } else {
            self.reject(call, source);
        }
        Move::ServeStale
    }

    /// The first call that needs a load leads it. A flight that was fenced twice is led for the calls that shared its read.
    fn try_to_lead(&mut self, call: u32, seat: u32, flight: u32, decision: Decision, time: &impl Time) -> Move {
        let request = self.calls[call].request;
        let is_stale = decision == Decision::Stale && !request.force_refresh;
        self.calls[call].seats[seat as usize].is_stale = is_stale;
        let (region, key) = (self.flights[flight].region, self.flights[flight].key);
        if is_stale && let Some(run) = self.run_of(region, key, request.lock_timeout, time) {
            self.watch_for_next(run, request.lock_timeout, time);
            self.serve_found(call, seat, flight, Served::Stale);
            return Move::ServeStale;
        }
        if !self.flights[flight].is_fenced && !self.claim(flight) {
            self.leave_read(call, seat);
            return Move::ReadAgain;
        }
        let owner = self.calls.ticket(call);
        let it = &mut self.flights[flight];
        it.phase = Phase::Locking;
        it.is_taken_over = false; // from a reader that had died: who leads now is heard
        it.owner = owner;
        self.count_miss(call, seat, decision);
        self.wait_for(call, seat, flight, true);
        Move::Lead
    }

    /// Lets a flight be led that may have left the map since its read landed; not if it was overtaken meanwhile.
    pub(super) fn claim(&mut self, flight: u32) -> bool {
        let it = &self.flights[flight];
        if it.is_solitary || self.is_current(flight) {
            return true;
        }
        if self.current(it.region, it.key).is_some() || it.landed_at != self.events_of(flight) {
            return false;
        }
        self.make_current(flight);
        true
    }

    fn next_move(&self, call: u32, seat: u32, flight: u32, time: &impl Time) -> (Move, Decision) {
        let request = &self.calls[call].request;
        let it = &self.flights[flight];
        let decision = self.evaluate(flight, request.expiration, time);
        let may_be_served = !request.force_refresh;
        let is_overtaken = it.is_read_fenced || self.is_replaced(flight);
        let next = if is_overtaken && !self.calls[call].seats[seat as usize].has_read_again {
            Move::ReadAgain
        } else if decision == Decision::Fresh && may_be_served {
            Move::ServeFresh
        } else if it.phase == Phase::Read {
            Move::Lead
        } else if self.is_overdue(flight, request.lock_timeout, time) {
            Move::TakeOver
        } else if decision == Decision::Stale && may_be_served {
            Move::ServeStale
        } else {
            Move::Wait
        };
        (next, decision)
    }

    /// The flight that a seat has judged last is kept: what it found may be all that there is to serve.
    fn judge(&mut self, call: u32, seat: u32, flight: u32) {
        self.hold(flight);
        if let Some(earlier) = self.calls[call].seats[seat as usize].judged.replace(flight) {
            self.release(earlier);
        }
    }

    /// A seat stops waiting for a read and is open again.
    pub(super) fn leave_read(&mut self, call: u32, seat: u32) {
        let place = std::mem::replace(&mut self.calls[call].seats[seat as usize].place, Place::Open);
        if let Place::Boarded(flight) = place {
            self.flights[flight].waiting -= 1;
            self.release(flight);
        }
    }

    /// A seat waits for the outcome of a flight.
    pub(super) fn wait_for(&mut self, call: u32, seat: u32, flight: u32, leads: bool) {
        self.follow(call, seat, flight);
        self.calls[call].seats[seat as usize].place = Place::Waiting { flight, leads }; // it has joined when it boarded
        let by = SeatRef { call: self.calls.ticket(call), seat };
        self.flights[flight].waiters.push(by);
        if leads && self.on_workers() {
            self.calls[call].leads.push(flight);
        }
    }
}
