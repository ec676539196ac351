//! Early refresh: a call that finds a fresh record may be the one that renews it before it expires.

use super::call::Left;
use super::decision::Move;
use super::effect::Served;
use super::flight::{Found, Phase};
use super::{Machine, Time};
use crate::freshness::Decision;

impl Machine {
    /// Whether a seat that its flight's record is fresh for renews it, and the flight may be led. Not where the key is fenced or already being created,
    /// nor for calls of many keys.
    pub(super) fn is_elected(&mut self, call: u32, seat: u32, flight: u32, time: &impl Time) -> bool {
        let it = &self.flights[flight];
        let is_early = matches!(it.found, Found::Record { early: true, .. });
        if !is_early || it.phase != Phase::Read || it.is_fenced || it.is_last_chance || self.is_replaced(flight) {
            return false;
        }
        let (region, key) = (it.region, it.key);
        let it = &self.calls[call];
        let request = it.request;
        if request.is_multi || it.left != Left::No || it.seats[seat as usize].taken_over.is_some() {
            return false;
        }
        self.run_of(region, key, request.lock_timeout, time).is_none() && self.claim(flight)
    }

    /// The call is served at once and leads in the background, or waits for the new value. `let_early_go` lets go of the flight, which is held until it is led.
    pub(super) fn lead_early(&mut self, call: u32, seat: u32, flight: u32) -> Move {
        let owner = self.calls.ticket(call);
        self.hold(flight);
        let it = &mut self.flights[flight];
        it.phase = Phase::Locking;
        it.is_early = true;
        it.is_taken_over = false;
        it.owner = owner;
        let settings = &self.regions[it.region].settings;
        let in_background = settings.renews_in_background;
        self.regions[self.flights[flight].region].counts.early_refreshes += 1;
        self.calls[call].seats[seat as usize].is_stale = true;
        if in_background {
            if self.on_workers() {
                self.calls[call].leads.push(flight);
            }
            self.serve_found(call, seat, flight, Served::Fresh);
        } else {
            self.wait_for(call, seat, flight, true);
        }
        Move::Lead
    }

    pub(super) fn let_early_go(&mut self, led: &[(u32, u32)]) {
        for (_, flight) in led {
            if self.flights[*flight].is_early {
                self.release(*flight);
            }
        }
    }

    /// Whether a flight renews a record that was fresh.
    pub fn renews_early(&self, flight: u32) -> bool {
        self.flights.get(flight).is_some_and(|flight| flight.is_early)
    }

    /// Whether a flight renews a record whose caller was served at once.
    pub(super) fn runs_early(&self, flight: u32) -> bool {
        let it = &self.flights[flight];
        it.is_early && self.regions[it.region].settings.renews_in_background
    }

    /// Whether the record that a flight renews is still fresh for a call.
    pub(super) fn is_still_fresh(&self, call: u32, flight: u32, time: &impl Time) -> bool {
        self.flights[flight].is_early
            && !self.is_replaced(flight)
            && self.evaluate(flight, self.calls[call].request.expiration, time) == Decision::Fresh
    }
}
