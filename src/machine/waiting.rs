//! The result of a seat that waits for a load, and its time limit.

use super::call::{Left, Place};
use super::effect::{Effect, Event, Failure, Served};
use super::flight::{Found, Outcome, Phase};
use super::slab::Ticket;
use super::{Machine, Time};
use crate::freshness::{self, Decision};

impl Machine {
    /// Every waiting seat of a call looks.
    pub(super) fn look_at_waiting(&mut self, call: u32, time: &impl Time) {
        for seat in 0..self.calls[call].seats.len() as u32 {
            if matches!(self.calls[call].seats[seat as usize].place, Place::Waiting { .. }) {
                self.look_at_seat(call, seat, false, time);
            }
        }
    }

    /// Takes what the awaited creation has come to, or gives it up when it has had its time or has died. A lone leader does not take over from itself.
    #[inline(never)]
    pub(super) fn look_at_seat(&mut self, call: u32, seat: u32, has_seen_death: bool, time: &impl Time) {
        let Place::Waiting { flight, leads } = self.calls[call].seats[seat as usize].place else { return };
        let latest = self.latest(flight);
        let leads = leads && latest == flight; // who leads what was taken over waits for its successor like anyone
        let lock_timeout = self.calls[call].request.lock_timeout;
        if let Some(outcome) = self.outcome_for(call, seat, flight) {
            self.receive(call, seat, flight, leads, outcome, time);
        } else if self.calls[call].left == Left::TimedOut {
            self.drop_seat(call, seat as usize);
            self.list(call);
        } else if has_seen_death && (!leads || self.flights[flight].has_settled())
            || !self.is_lone(call, leads) && self.is_overdue(latest, lock_timeout, time)
        {
            self.give_up_waiting(call, seat, flight, latest, has_seen_death);
        } else {
            self.wait_on(call, seat, leads, latest, lock_timeout, time);
        }
    }

    /// Whether a call leads whose promise nobody else has.
    pub(super) fn is_lone(&self, call: u32, leads: bool) -> bool {
        leads && self.calls[call].callers == 1
    }

    /// What a flight has come to, or else the value of one that was taken over while this seat waited for it.
    fn outcome_for(&self, call: u32, seat: u32, flight: u32) -> Option<Outcome> {
        let is_value = |outcome: &Outcome| matches!(outcome, Outcome::Created { .. });
        let earlier = &self.calls[call].seats[seat as usize].waited_for;
        let value = || earlier.iter().filter_map(|flight| self.flights[*flight].outcome).find(is_value);
        self.flights[flight].outcome.or_else(value)
    }

    fn give_up_waiting(&mut self, call: u32, seat: u32, flight: u32, latest: u32, has_seen_death: bool) {
        let it = &mut self.calls[call].seats[seat as usize];
        it.waited_for.push(flight); // which it still holds
        it.has_seen_death = has_seen_death;
        it.place = Place::Open;
        if !self.flights[latest].is_taken_over {
            self.take_over(call, seat, latest);
        }
        self.list(call);
    }

    fn wait_on(&mut self, call: u32, seat: u32, leads: bool, latest: u32, lock_timeout: f64, time: &impl Time) {
        if !leads && !self.calls[call].seats[seat as usize].is_announced {
            self.calls[call].seats[seat as usize].is_announced = true;
            self.tell(call, seat, Event::Wait, 0);
        }
        if !self.is_lone(call, leads) || self.flights[latest].is_last_chance {
            self.watch(latest, lock_timeout, time);
        }
    }

    fn receive(&mut self, call: u32, seat: u32, flight: u32, leads: bool, outcome: Outcome, time: &impl Time) {
        match outcome {
            Outcome::Created { source } => {
                let how = if leads { Served::Created } else { Served::Coalesced };
                if !leads {
                    self.count_coalesced(call);
                }
                self.serve(call, seat, source, how);
            }
            Outcome::Found { source } => {
                if self.evaluate(source, self.calls[call].request.expiration, time) == Decision::Fresh {
                    self.count_coalesced(call);
                    self.serve(call, seat, source, Served::Fresh);
                } else {
                    self.begin_again(call, seat);
                }
            }
            Outcome::Restart => self.begin_again(call, seat),
            Outcome::Rejected { source, is_creators: true } => self.receive_failure(call, seat, flight, source, time),
            Outcome::Rejected { source, .. } => self.reject(call, source),
            Outcome::TimedOut { source } => {
                if self.serves_instead(call, flight, time) {
                    self.report(source);
                    self.serve_found(call, seat, flight, Served::Stale);
                } else {
                    self.fail(call, Failure::LockTimeout);
                }
            }
        }
    }

    /// A creator has failed: what was found before may serve instead, or what a read finds that is made once more.
    fn receive_failure(&mut self, call: u32, seat: u32, flight: u32, source: u32, time: &impl Time) {
        if self.calls[call].request.stale_if_error.is_some() && self.is_replaced(flight) {
            self.hold(source);
            self.calls[call].seats[seat as usize].rejected = Some(source);
            self.begin_again(call, seat);
        } else if self.is_still_fresh(call, flight, time) {
            self.report(source);
            self.serve_found(call, seat, flight, Served::Fresh);
        } else if self.serves_instead(call, flight, time) {
            self.report(source);
            self.serve_found(call, seat, flight, Served::Stale);
        } else {
            self.reject(call, source);
        }
    }

    /// A call gets the rejection that a flight has come to.
    pub(super) fn reject(&mut self, call: u32, source: u32) {
        if self.calls[call].left == Left::No {
            self.flights[source].is_heard = true;
        }
        self.fail(call, Failure::Rejected(source));
    }

    fn count_coalesced(&mut self, call: u32) {
        let it = &self.calls[call];
        self.regions[it.region].counts.coalesced += it.callers;
    }

    fn begin_again(&mut self, call: u32, seat: u32) {
        let it = &mut self.calls[call].seats[seat as usize];
        if let Place::Waiting { flight, .. } = std::mem::replace(&mut it.place, Place::Open) {
            self.flights[flight].waiting -= 1;
            self.release(flight);
        }
        self.list(call);
    }

    /// Whether a caller is content with what expired not long ago, where a creator has failed.
    pub(super) fn serves_instead(&self, call: u32, flight: u32, time: &impl Time) -> bool {
        let Some(grace) = self.calls[call].request.stale_if_error else { return false };
        if self.is_replaced(flight) {
            return false;
        }
        let it = &self.flights[flight];
        let Found::Record { metadata, own, invalidated, .. } = it.found else { return false };
        let region = &self.regions[it.region];
        let expiration = freshness::expiration(self.calls[call].request.expiration, own, region.settings.expiration);
        let invalidated = region.judge(metadata.created, invalidated, time);
        freshness::serves_instead(metadata, expiration, invalidated, grace, time.now())
    }

    /// Whoever is spared a creator's rejection has it reported, once.
    pub(super) fn report(&mut self, source: u32) {
        if !std::mem::replace(&mut self.flights[source].is_reported, true) {
            self.push(Effect::Report { flight: source });
        }
    }

    /// Whether a creator has had all the time that a caller waits for, and may be taken over.
    pub(super) fn is_overdue(&self, flight: u32, lock_timeout: f64, time: &impl Time) -> bool {
        self.flights[flight].may_be_taken_over() && self.has_had_its_time(flight, lock_timeout, time)
    }

    /// The timer says so. On Workers, where a timer dies with its request, the clock is asked.
    fn has_had_its_time(&self, flight: u32, lock_timeout: f64, time: &impl Time) -> bool {
        let it = &self.flights[flight];
        if self.on_workers() { time.steady() >= it.deadline(lock_timeout) } else { it.has_rung_for(lock_timeout) }
    }

    /// A caller is served what is stale, and does not wait: when its time has passed, the next one takes over.
    pub(super) fn watch_for_next(&mut self, flight: u32, lock_timeout: f64, time: &impl Time) {
        if !self.on_workers() {
            self.watch(flight, lock_timeout, time);
        }
    }

    /// Sees to it that those who wait look again in time. One timer serves all: it is set to the earliest. On Workers everyone has his own.
    pub(super) fn watch(&mut self, flight: u32, lock_timeout: f64, time: &impl Time) {
        let ticket = self.flights.ticket(flight);
        let on_workers = self.on_workers();
        let it = &mut self.flights[flight];
        let deadline = it.deadline(lock_timeout);
        let is_taken_over = it.is_taken_over;
        let Phase::Creating { timer_at, .. } = &mut it.phase else { return };
        if is_taken_over || deadline == f64::INFINITY {
            return;
        }
        if on_workers {
            if it.is_last_chance && time.steady() >= deadline {
                self.give_up(flight);
            }
        } else if deadline < *timer_at {
            *timer_at = deadline;
            let milliseconds = (deadline - time.steady()).max(0.0);
            self.push(Effect::SetTimer { flight: ticket, milliseconds });
        }
    }

    /// The timer of a flight has fired: somebody has waited long enough.
    pub fn timer_fired(&mut self, flight: Ticket, time: &impl Time) {
        if !self.flights.is_current(flight) {
            return;
        }
        let it = &mut self.flights[flight.slot];
        let Phase::Creating { timer_at, rung_at, .. } = &mut it.phase else { return };
        if *timer_at == f64::INFINITY {
            return; // it was cleared when it had rung already
        }
        *rung_at = std::mem::replace(timer_at, f64::INFINITY);
        if it.is_last_chance {
            self.give_up(flight.slot);
        } else {
            self.wake(flight.slot);
        }
        self.settle(time);
    }

    #[inline(never)]
    pub(super) fn clear_timer(&mut self, flight: u32) {
        if let Phase::Creating { timer_at, .. } = &mut self.flights[flight].phase
            && *timer_at < f64::INFINITY
        {
            *timer_at = f64::INFINITY;
            self.push(Effect::ClearTimer { flight });
        }
    }

    /// Lets everyone look again who waits for this flight, or for what it has replaced.
    #[inline(never)]
    pub(super) fn wake(&mut self, flight: u32) {
        if self.on_workers() {
            return self.changed(self.flights[flight].owner);
        }
        self.woken.extend(self.flights[flight].waiters.iter());
        for predecessor in self.flights[flight].predecessors.clone() {
            self.wake(predecessor);
        }
    }

    /// Ends a flight that nobody is to take over, though its creator has not settled.
    fn give_up(&mut self, flight: u32) {
        self.fence_off(flight);
        self.end_for_all(flight, Outcome::TimedOut { source: flight }, !self.on_workers());
    }
}
