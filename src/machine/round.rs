//! The steps of a call: it refreshes the strategy, joins or starts a flight for each open seat, reads, decides, and repeats this if a seat is left open.

use super::call::{Left, Place, Request, Seat, SeatRef, Stage};
use super::effect::{Effect, Failure};
use super::flight::{Found, Phase};
use super::slab::Ticket;
use super::{Machine, Time};

impl Machine {
    /// `getOrCreate` and its like. The keys are entered, and each stands there once.
    pub fn called(&mut self, region: u32, keys: &[u32], request: Request, time: &impl Time) -> Ticket {
        self.sweep(time);
        let call = self.calls.add();
        let it = &mut self.calls[call];
        (it.region, it.request, it.generation) = (region, request, self.regions[region].generation);
        it.seats.extend(keys.iter().map(|key| Seat::new(*key)));
        for key in keys {
            self.hold_key(*key);
        }
        let ticket = self.calls.ticket(call);
        if self.on_workers() {
            self.calls[call].heartbeat.at = time.steady();
        }
        self.go_on(call, time);
        self.settle(time);
        self.watch_all(ticket);
        ticket
    }

    /// Sees to the open seats of a call.
    pub(super) fn go_on(&mut self, call: u32, time: &impl Time) {
        let it = &self.calls[call];
        if it.stage != Stage::Open {
            return;
        }
        if it.left == Left::Gone {
            self.drop_seats(call, |place| place == Place::Open);
        }
        let it = &self.calls[call];
        if !it.seats.iter().any(|seat| seat.place == Place::Open) {
            return self.end_call_if_over(call);
        }
        let region = &self.regions[it.region];
        let settings = region.settings;
        if region.generation != it.generation {
            self.restart(call);
        } else if settings.refreshes && !it.is_refreshed {
            self.calls[call].stage = Stage::Refreshing;
            self.push(Effect::Refresh { call: self.calls.ticket(call) });
        } else if settings.asks_host() {
            self.calls[call].stage = Stage::Refreshing;
            self.push(Effect::Hear { call: self.calls.ticket(call) });
        } else {
            self.board(call, time);
        }
    }

    /// The host begins again for each open seat: keys may be mangled otherwise now, and lie elsewhere.
    fn restart(&mut self, call: u32) {
        for seat in 0..self.calls[call].seats.len() {
            if self.calls[call].seats[seat].place == Place::Open {
                if let Some(source) = self.calls[call].seats[seat].rejected {
                    return self.reject(call, source); // it would have been read once more, not created once more
                }
                if self.calls[call].left == Left::No {
                    self.push(Effect::Restart { call, seat: seat as u32 });
                }
                self.drop_seat(call, seat);
            }
        }
        self.end_call_if_over(call);
    }

    /// The strategy has been asked.
    pub fn refreshed(&mut self, call: Ticket, time: &impl Time) {
        if self.calls.is_current(call) {
            let it = &mut self.calls[call.slot];
            it.stage = Stage::Open;
            it.is_refreshed = true;
            self.go_on(call.slot, time);
            self.settle(time);
            self.watch_all(call);
        }
    }

    /// The flights of a call's open seats whose creators the strategy is asked about, with the times at which those were called.
    pub fn met(&self, call: Ticket) -> Vec<(u32, f64)> {
        let Some(it) = self.calls.named(call) else { return Vec::new() };
        let open = it.seats.iter().filter(|seat| seat.place == Place::Open);
        let met = open.filter_map(|seat| self.current(it.region, seat.key));
        met.map(|flight| (flight, self.flights[flight].started_at)).collect()
    }

    /// The strategy was asked about all of these.
    pub fn heard(&mut self, call: Ticket, time: &impl Time) {
        if self.calls.is_current(call) {
            self.calls[call.slot].stage = Stage::Open;
            self.board(call.slot, time);
            self.settle(time);
            self.watch_all(call);
        }
    }

    /// A call ends with an error of the host's, which keeps it.
    pub fn failed(&mut self, call: Ticket, time: &impl Time) {
        if self.calls.is_current(call) {
            self.calls[call.slot].stage = Stage::Open;
            self.fail(call.slot, Failure::Thrown);
            self.settle(time);
        }
    }

    /// Joins the flight of each open seat's key, or begins one.
    fn board(&mut self, call: u32, time: &impl Time) {
        self.calls[call].is_refreshed = false;
        self.calls[call].stage = Stage::Reading;
        if self.calls[call].left == Left::Gone {
            return self.decide_all(call, time);
        }
        for seat in 0..self.calls[call].seats.len() as u32 {
            if self.calls[call].seats[seat as usize].place == Place::Open {
                self.board_seat(call, seat, time);
            }
        }
        if !self.calls[call].reads.is_empty() {
            self.calls[call].is_reading = true;
            self.queue_read(call, time);
        }
        self.try_to_decide(call, time);
    }

    fn board_seat(&mut self, call: u32, seat: u32, time: &impl Time) {
        let region = self.calls[call].region;
        let key = self.calls[call].seats[seat as usize].key;
        let flight = match self.joinable(call, seat, region, key, time) {
            Some(flight) => flight,
            None => self.begin(call, seat, region, key),
        };
        self.hold(flight);
        let by = SeatRef { call: self.calls.ticket(call), seat };
        let it = &mut self.flights[flight];
        it.waiting += 1;
        if it.phase == Phase::Reading {
            it.boarded.push(by);
        }
        self.calls[call].seats[seat as usize].place = Place::Boarded(flight);
    }

    fn joinable(&mut self, call: u32, seat: u32, region: u32, key: u32, time: &impl Time) -> Option<u32> {
        let flight = self.current(region, key)?;
        if !self.is_long_silent(self.flights[flight].owner, time) {
            return Some(flight);
        }
        self.replace_dead(call, seat, flight);
        None
    }

    /// A new flight, which everyone who comes for its key joins from now on.
    fn begin(&mut self, call: u32, seat: u32, region: u32, key: u32) -> u32 {
        let it = &self.calls[call].seats[seat as usize];
        let is_last_chance = it.taken_over.is_some() && !it.has_seen_death;
        let is_solitary = !self.regions[region].settings.coalesces;
        let owner = self.calls.ticket(call);
        let flight = self.flights.add();
        let new = &mut self.flights[flight];
        (new.region, new.key, new.owner, new.is_last_chance, new.is_solitary) = (region, key, owner, is_last_chance, is_solitary);
        self.hold_key(key);
        if !is_solitary {
            self.make_current(flight);
        }
        self.hold(flight);
        self.calls[call].reads.push(flight);
        flight
    }

    /// The flights that a call is to read: their keys' records come by `landed`.
    pub fn reads(&self, call: Ticket) -> &[u32] {
        self.calls.named(call).map_or(&[], |call| &call.reads)
    }

    /// Whether what was asked for a call may still be told.
    pub fn expects(&self, call: Ticket) -> bool {
        self.calls.is_current(call)
    }

    /// The key of a flight.
    pub fn key_of(&self, flight: u32) -> u32 {
        self.flights[flight].key
    }

    /// The region of a flight.
    pub fn region_of(&self, flight: u32) -> u32 {
        self.flights[flight].region
    }

    /// The region of a call.
    pub fn region_of_call(&self, call: u32) -> u32 {
        self.calls[call].region
    }

    /// The host will bring what the call reads, later.
    pub fn read_sent(&mut self, call: Ticket, time: &impl Time) {
        if self.calls.is_current(call) {
            self.keep_alive(call.slot, time);
        }
    }

    /// A read has found this.
    pub fn landed(&mut self, flight: u32, found: Found) {
        let key = &self.keys[self.flights[flight].key];
        let it = &mut self.flights[flight];
        it.found = found;
        (it.landed_at, it.landed_writes) = (key.events, key.writes);
        it.phase = Phase::Read;
    }

    /// All reads of a call have landed: it decides, then those who share them.
    pub fn decide(&mut self, call: Ticket, time: &impl Time) {
        if !self.calls.is_current(call) {
            return;
        }
        self.calls[call.slot].is_reading = false;
        let is_shared = |flight: &u32| self.flights[*flight].boarded.len() > 1;
        let shared: Vec<u32> = self.calls[call.slot].reads.iter().copied().filter(is_shared).collect();
        self.try_to_decide(call.slot, time);
        for flight in shared {
            let sharers = std::mem::take(&mut self.flights[flight].boarded);
            if self.on_workers() {
                continue; // each looks in its own request
            }
            for SeatRef { call: sharer, .. } in sharers {
                if sharer != call && self.calls.is_current(sharer) {
                    self.try_to_decide(sharer.slot, time);
                }
            }
        }
        self.changed(call);
        self.settle(time);
        self.watch_all(call);
    }

    /// Decides when everything that a call reads or shares has landed.
    #[inline(never)]
    pub(super) fn try_to_decide(&mut self, call: u32, time: &impl Time) {
        let it = &self.calls[call];
        let is_read = |place| match place {
            Place::Boarded(flight) => self.flights[flight].phase != Phase::Reading,
            _ => true,
        };
        if it.stage == Stage::Reading && !it.is_reading && it.seats.iter().all(|seat| is_read(seat.place)) {
            self.decide_all(call, time);
        }
    }

    /// A call ends when nobody waits for it any more, and nothing that it has begun goes on.
    #[inline(never)]
    pub(super) fn end_call_if_over(&mut self, call: u32) {
        let it = &mut self.calls[call];
        if it.is_over() && it.stage != Stage::Refreshing && !it.has_ended {
            it.has_ended = true;
            let reads = std::mem::take(&mut it.reads);
            for flight in reads {
                self.release(flight);
            }
            self.push(Effect::EndCall { call });
        }
    }
}
