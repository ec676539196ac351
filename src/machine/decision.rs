//! What a seat does with what its flight has read: be served, lead, wait, take over, or have it read again.

use super::call::{Left, Place, SeatRef, Stage};
use super::effect::{Effect, Event, Failure, Served};
use super::flight::{Found, Phase};
use super::{Machine, Time};
use crate::freshness::{self, Decision, Why};

/// What comes next for one seat.
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
        let mut led = Vec::new();
        for seat in 0..self.calls[call].seats.len() as u32 {
            let Place::Boarded(flight) = self.calls[call].seats[seat as usize].place else { continue };
            if self.calls[call].left == Left::Gone {
                self.drop_seat(call, seat as usize);
            } else if self.flights[flight].found == Found::Failed {
                self.end_reads(call);
                return self.fail_all(call, flight, &led);
            } else if self.decide_seat(call, seat, flight, time) == Move::Lead {
                led.push((seat, flight));
            }
        }
        self.end_reads(call);
        if !led.is_empty() {
            self.keep_alive(call, time);
            self.lead(call, led, time);
        }
        self.look_at_waiting(call, time);
        self.list(call);
    }

    /// What a call has read, and nobody leads, is to be read anew by whoever comes next.
    fn end_reads(&mut self, call: u32) {
        for flight in std::mem::take(&mut self.calls[call].reads) {
            if self.flights[flight].phase == Phase::Read {
                self.remove_current(flight);
            }
            self.release(flight);
        }
    }

    fn fail_all(&mut self, call: u32, flight: u32, led: &[(u32, u32)]) {
        self.fail(call, Failure::Unread(flight));
        for (_, flight) in led {
            self.end(*flight, super::flight::Outcome::Restart);
        }
    }

    fn decide_seat(&mut self, call: u32, seat: u32, flight: u32, time: &impl Time) -> Move {
        self.judge(call, seat, flight);
        let (next, decision) = self.next_move(call, seat, flight, time);
        match next {
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

    /// The first whose own decision needs a creation leads it. A flight that was fenced twice is led for those who shared its read.
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
    fn claim(&mut self, flight: u32) -> bool {
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
        let next = if it.is_read_fenced && !self.calls[call].seats[seat as usize].has_read_again {
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

    /// What the record that a flight has found is to a call with this expiration.
    #[inline(never)]
    pub(super) fn evaluate(&self, flight: u32, expiration: Option<f64>, time: &impl Time) -> Decision {
        let it = &self.flights[flight];
        let Found::Record { metadata, own, invalidated } = it.found else { return missing(it.found) };
        let region = &self.regions[it.region];
        let expiration = freshness::expiration(expiration, own, region.settings.expiration);
        let invalidated = region.judge(metadata.created, invalidated, time);
        let now = if expiration < f64::INFINITY { time.now() } else { f64::NEG_INFINITY };
        freshness::decide(metadata, expiration, invalidated, now)
    }

    /// Whether `get` returns a record: it neither waits nor creates. `ignores`: one that has expired or was invalidated is as good.
    pub fn read(&mut self, region: u32, found: Found, expiration: Option<f64>, ignores: bool, time: &impl Time) -> Decision {
        let it = &self.regions[region];
        let decision = match found {
            Found::Record { .. } if ignores => Decision::Fresh,
            Found::Record { metadata, own, invalidated } => {
                let expiration = freshness::expiration(expiration, own, it.settings.expiration);
                let invalidated = it.judge(metadata.created, invalidated, time);
                freshness::read(metadata, expiration, invalidated, time.now())
            }
            _ => missing(found),
        };
        let counts = &mut self.regions[region].counts;
        if decision == Decision::Fresh {
            counts.hits += 1;
        } else {
            counts.misses += 1;
        }
        decision
    }

    /// The call's key is to be served by what the flight has found.
    #[inline(never)]
    pub(super) fn serve_found(&mut self, call: u32, seat: u32, flight: u32, how: Served) {
        if self.calls[call].left != Left::No {
            return self.serve(call, seat, flight, how);
        }
        let callers = self.calls[call].callers;
        let counts = &mut self.regions[self.calls[call].region].counts;
        let event = if how == Served::Fresh {
            counts.hits += callers;
            Event::Hit
        } else {
            counts.stale_hits += callers;
            Event::Stale
        };
        self.tell(call, seat, event, 0);
        self.serve(call, seat, flight, how);
    }

    pub(super) fn serve(&mut self, call: u32, seat: u32, flight: u32, how: Served) {
        if self.calls[call].left == Left::No {
            self.push(Effect::Serve { call, seat, flight, how });
        }
        self.drop_seat(call, seat as usize);
        self.list(call);
    }

    fn count_miss(&mut self, call: u32, seat: u32, decision: Decision) {
        let Decision::Missing(why) = decision else { return };
        let it = &mut self.calls[call];
        let is_counted = std::mem::replace(&mut it.seats[seat as usize].is_counted, true);
        if it.request.force_refresh || is_counted {
            return;
        }
        self.regions[it.region].counts.misses += it.callers;
        self.tell(call, seat, Event::Miss, Decision::Missing(why).as_number());
    }

    #[inline(never)]
    pub(super) fn tell(&mut self, call: u32, seat: u32, event: Event, why: u32) {
        if self.regions[self.calls[call].region].settings.is_observed {
            self.push(Effect::Tell { call, seat, event, why });
        }
    }

    /// The flight that a seat has judged last is kept: what it found may be all that there is to serve.
    fn judge(&mut self, call: u32, seat: u32, flight: u32) {
        self.hold(flight);
        if let Some(earlier) = self.calls[call].seats[seat as usize].judged.replace(flight) {
            self.release(earlier);
        }
    }

    /// A seat does not wait for a read any more: it is open again.
    pub(super) fn leave_read(&mut self, call: u32, seat: u32) {
        let place = std::mem::replace(&mut self.calls[call].seats[seat as usize].place, Place::Open);
        if let Place::Boarded(flight) = place {
            self.flights[flight].waiting -= 1;
            self.release(flight);
        }
    }

    /// A seat waits for what a flight comes to.
    fn wait_for(&mut self, call: u32, seat: u32, flight: u32, leads: bool) {
        self.follow(call, seat, flight);
        self.calls[call].seats[seat as usize].place = Place::Waiting { flight, leads }; // it has joined when it boarded
        let by = SeatRef { call: self.calls.ticket(call), seat };
        self.flights[flight].waiters.push(by);
        if leads && self.on_workers {
            self.calls[call].leads.push(flight);
        }
    }
}

fn missing(found: Found) -> Decision {
    match found {
        Found::Missing(why) => Decision::Missing(why),
        _ => Decision::Missing(Why::Absent),
    }
}
