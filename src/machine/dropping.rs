//! Hosts that report the end of a request, which may come at any time: calls that depend on it start again at once.

use super::call::{Place, SeatRef, Stage};
use super::flight::Outcome;
use super::slab::Ticket;
use super::{Machine, Time};

impl Machine {
    /// A call ends with all its work: its reads, creators, locks and the writes of its loads.
    pub fn dropped(&mut self, call: Ticket, time: &impl Time) {
        if !self.calls.is_current(call) {
            return;
        }
        let is_at_work = self.calls[call.slot].work > 0; // who only waits has nothing that has to be looked for among all
        let led = self.led_until_now(call, is_at_work);
        if is_at_work {
            self.forget_rounds(call.slot);
        }
        let sharers: Vec<SeatRef> = led.iter().flat_map(|flight| std::mem::take(&mut self.flights[*flight].boarded)).collect();
        for flight in led {
            self.end(flight, Outcome::Restart);
            self.release(flight);
        }
        if is_at_work {
            self.end_writes(call);
            self.forget_batches(call.slot);
        }
        self.leave_call(call.slot);
        let it = &mut self.calls[call.slot];
        (it.work, it.is_reading, it.stage) = (0, false, Stage::Open);
        self.end_call_if_over(call.slot);
        for SeatRef { call: sharer, .. } in sharers {
            if sharer != call && self.calls.is_current(sharer) && !self.on_workers() {
                self.try_to_decide(sharer.slot, time);
            }
        }
        self.settle(time);
    }

    /// The flights that a call reads, leads or writes. Each is held, so that all of them are there until all have ended.
    fn led_until_now(&mut self, call: Ticket, is_at_work: bool) -> Vec<u32> {
        let it = &self.calls[call.slot];
        let mut led = it.reads.clone();
        led.extend(it.seats.iter().filter_map(|seat| match seat.place {
            Place::Waiting { flight, leads: true } => Some(flight),
            _ => None,
        }));
        if is_at_work {
            let batches = self.batches.slots().filter(|batch| self.batches[*batch].call == call);
            led.extend(batches.flat_map(|batch| self.batches[batch].flights.iter().copied()));
            let rounds = self.lock_rounds.slots().filter(|round| self.lock_rounds[*round].call == call);
            led.extend(rounds.flat_map(|round| self.lock_rounds[round].flights()));
        }
        led.sort_unstable();
        led.dedup();
        led.retain(|flight| self.flights[*flight].owner == call);
        for flight in &led {
            self.hold(*flight);
        }
        led
    }

    /// What it was writing has ended, however far that had come.
    fn end_writes(&mut self, call: Ticket) {
        let batches: Vec<u32> = self.batches.slots().filter(|batch| self.batches[*batch].call == call).collect();
        for batch in batches {
            if let Some(write) = self.batches[batch].write.take() {
                self.write_ended(write);
            }
        }
        if let Some(write) = self.calls[call.slot].write {
            self.give_up_write(write);
            self.end_write(write, true);
        }
    }

    /// The flights that the seats of a call wait for: their timers are its own, too.
    pub fn awaited(&self, call: Ticket) -> impl Iterator<Item = u32> {
        let seats = self.calls.named(call).map_or(&[][..], |call| &call.seats);
        seats.iter().filter_map(|seat| match seat.place {
            Place::Waiting { flight, .. } => Some(self.latest(flight)),
            _ => None,
        })
    }

    /// The calls that wait for the outcome of a flight or its predecessors.
    pub fn waiting_for(&self, flight: u32) -> Vec<u32> {
        let Some(it) = self.flights.get(flight) else { return Vec::new() };
        let mut calls: Vec<u32> = it.waiters.iter().map(|waiter| waiter.call.slot).collect();
        calls.extend(it.predecessors.iter().flat_map(|predecessor| self.waiting_for(*predecessor)));
        calls
    }

    /// The call that reads or leads a flight.
    pub fn owner(&self, flight: u32) -> Option<Ticket> {
        self.flights.get(flight).map(|flight| flight.owner)
    }

    /// Whether a flight may still be told something.
    pub fn expects_flight(&self, flight: Ticket) -> bool {
        self.flights.is_current(flight)
    }
}
