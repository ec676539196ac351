//! Callers that stop waiting: by a signal, a timeout or an error.

use super::call::{Left, Place};
use super::effect::{Effect, Failure, Served};
use super::flight::Phase;
use super::slab::Ticket;
use super::{Machine, Time};
use crate::freshness::Decision;

impl Machine {
    /// The call's signal was aborted. Other callers keep waiting; if none is left, the load is aborted.
    pub fn aborted(&mut self, call: Ticket, time: &impl Time) {
        if !self.calls.is_current(call) || self.calls[call.slot].left != Left::No || self.is_answered(call.slot) {
            return;
        }
        let call = call.slot;
        self.push(Effect::Fail { call, why: Failure::Aborted });
        self.calls[call].left = Left::Gone;
        let mut awaited = Vec::new();
        for seat in 0..self.calls[call].seats.len() {
            let it = &self.calls[call].seats[seat];
            match it.place {
                Place::Waiting { flight, .. } => awaited.push((flight, 1)),
                Place::Boarded(flight) => awaited.push((flight, 0)), // which counts itself when it is dropped
                _ => {}
            }
            awaited.extend(it.waited_for.iter().map(|flight| (*flight, 1)));
        }
        for (flight, count) in &awaited {
            self.hold(*flight);
            self.flights[*flight].waiting -= count;
        }
        self.drop_seats(call, |place| place != Place::Done);
        let mut batches = Vec::new();
        for (flight, _) in &awaited {
            self.abandon_chain(*flight, &mut batches);
        }
        for batch in batches {
            self.batches[batch].is_listed = false;
            self.abandon_batch(batch, call);
        }
        for (flight, _) in awaited {
            self.release(flight);
        }
        self.end_call_if_over(call);
        self.settle(time);
    }

    /// Nobody waits for a flight or its predecessors any more. Its creator is aborted when nobody waits for any of its keys.
    fn abandon_chain(&mut self, flight: u32, batches: &mut Vec<u32>) {
        let mut next = Some(flight);
        while let Some(flight) = next {
            if self.is_abandoned(flight) {
                if let Some(batch) = self.flights[flight].batch {
                    if !std::mem::replace(&mut self.batches[batch].is_listed, true) {
                        batches.push(batch); // once, however many of its keys the call waits for
                    }
                } else {
                    self.fence_off(flight);
                    self.clear_timer(flight);
                }
            }
            next = self.flights[flight].successor;
        }
    }

    /// Whether all calls that waited for its read or creator were cancelled by their signals.
    pub(super) fn is_abandoned(&self, flight: u32) -> bool {
        let it = &self.flights[flight];
        !self.is_awaited(flight) && !it.has_settled() && it.phase != Phase::Read
    }

    fn is_awaited(&self, flight: u32) -> bool {
        let it = &self.flights[flight];
        it.waiting > 0 || it.predecessors.iter().any(|predecessor| self.is_awaited(*predecessor))
    }

    /// The call's timeout has passed: it gets the stale values if every key has one, else an error. Its loads continue.
    pub fn timed_out(&mut self, call: Ticket, time: &impl Time) {
        if !self.calls.is_current(call) || self.calls[call.slot].left != Left::No {
            return;
        }
        let call = call.slot;
        let open: Vec<u32> = (0..self.calls[call].seats.len() as u32).filter(|seat| self.is_open(call, *seat)).collect();
        let fallbacks: Option<Vec<(u32, u32)>> =
            open.iter().map(|seat| Some((*seat, self.fallback(call, *seat, time)?))).collect();
        match fallbacks {
            Some(fallbacks) => {
                for (seat, flight) in fallbacks {
                    self.serve_found(call, seat, flight, Served::Stale);
                }
            }
            None => self.push(Effect::Fail { call, why: Failure::Timeout }),
        }
        self.calls[call].left = Left::TimedOut;
        self.drop_seats(call, |place| matches!(place, Place::Waiting { .. }));
        self.end_call_if_over(call);
        self.settle(time);
    }

    /// Whether every seat has what it gets, though the host may not have been told yet.
    fn is_answered(&self, call: u32) -> bool {
        self.calls[call].seats.iter().all(|seat| seat.place == Place::Done)
    }

    fn is_open(&self, call: u32, seat: u32) -> bool {
        self.calls[call].seats[seat as usize].place != Place::Done
    }

    /// The flight that has found what may be served when there is no time to wait.
    fn fallback(&self, call: u32, seat: u32, time: &impl Time) -> Option<u32> {
        let it = &self.calls[call].seats[seat as usize];
        let flight = match it.place {
            Place::Waiting { flight, .. } => flight,
            _ => it.judged?,
        };
        let decision = self.evaluate(flight, self.calls[call].request.expiration, time);
        (!self.is_replaced(flight) && !matches!(decision, Decision::Missing(_))).then_some(flight)
    }

    /// A call rejects and needs nothing more.
    pub(super) fn fail(&mut self, call: u32, why: Failure) {
        if self.calls[call].left == Left::No && !self.is_answered(call) {
            self.push(Effect::Fail { call, why });
        }
        self.calls[call].left = Left::Gone;
        self.drop_seats(call, |place| place != Place::Done);
        self.list(call);
    }

    /// On Workers: drops everything of a dead request.
    pub(super) fn leave_call(&mut self, call: u32) {
        self.calls[call].left = Left::Gone;
        self.drop_seats(call, |place| place != Place::Done);
    }

    pub(super) fn drop_seats(&mut self, call: u32, wanted: impl Fn(Place) -> bool) {
        for seat in 0..self.calls[call].seats.len() {
            if wanted(self.calls[call].seats[seat].place) {
                self.drop_seat(call, seat);
            }
        }
    }

    /// A seat needs nothing more: all that it has known is let go.
    #[inline(never)]
    pub(super) fn drop_seat(&mut self, call: u32, seat: usize) {
        self.let_go(call, seat);
        let it = &mut self.calls[call].seats[seat];
        let key = it.key;
        let place = std::mem::replace(&mut it.place, Place::Done);
        let (judged, rejected, waited_for) = (it.judged.take(), it.rejected.take(), std::mem::take(&mut it.waited_for));
        let awaited = match place {
            Place::Boarded(flight) => {
                self.flights[flight].waiting -= 1;
                Some(flight)
            }
            Place::Waiting { flight, .. } => Some(flight),
            _ => None,
        };
        for flight in awaited.into_iter().chain(judged).chain(rejected).chain(waited_for) {
            self.release(flight);
        }
        self.release_key(key);
    }
}
