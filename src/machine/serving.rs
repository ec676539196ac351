//! Whether a record is fresh for a call, and how the call gets it.

use super::call::Left;
use super::effect::{Effect, Event, Served};
use super::flight::Found;
use super::{Machine, Time};
use crate::freshness::{self, Decision, Why};

impl Machine {
    /// What the record that a flight has found is to a call with this expiration.
    #[inline(never)]
    pub(super) fn evaluate(&self, flight: u32, expiration: Option<f64>, time: &impl Time) -> Decision {
        let it = &self.flights[flight];
        let Found::Record { metadata, own, invalidated, .. } = it.found else { return missing(it.found) };
        let region = &self.regions[it.region];
        let expiration = region.expiration(expiration, own, metadata.created);
        let invalidated = region.judge(metadata.created, invalidated, time);
        let now = if expiration < f64::INFINITY { time.now() } else { f64::NEG_INFINITY };
        freshness::decide(metadata, expiration, invalidated, now)
    }

    /// Whether what a flight has found may be served to somebody, be it stale.
    pub fn is_of_use(&self, flight: u32, time: &impl Time) -> bool {
        !self.is_replaced(flight) && !matches!(self.evaluate(flight, None, time), Decision::Missing(_))
    }

    /// Whether `get` returns a record: it neither waits nor creates. `ignores`: one that has expired or was invalidated is as good.
    pub fn read(&mut self, region: u32, found: Found, expiration: Option<f64>, ignores: bool, time: &impl Time) -> Decision {
        let it = &self.regions[region];
        let decision = match found {
            Found::Record { .. } if ignores => Decision::Fresh,
            Found::Record { metadata, own, invalidated, .. } => {
                let expiration = it.expiration(expiration, own, metadata.created);
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

    pub(super) fn count_miss(&mut self, call: u32, seat: u32, decision: Decision) {
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
}

fn missing(found: Found) -> Decision {
    match found {
        Found::Missing(why) => Decision::Missing(why),
        _ => Decision::Missing(Why::Absent),
    }
}
