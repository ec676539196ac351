//! A shortcut with only numbers, for callers without special options of a key that is loading. A differential test compares it with
//! the full path.

use super::call::{Left, Place, Request, Seat, SeatRef};
use super::flight::{Found, Phase};
use super::{Machine, Time};
use crate::freshness::Decision;

/// What most of those get who come while a key is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peek {
    /// The promise of this call, which asks alike.
    Share(u32),
    /// What this flight has found, which is stale.
    Stale(u32),
    /// What this flight has found, which is fresh: it is renewed before it expires.
    Fresh(u32),
}

/// How many of those who wait are looked at for one who asks alike.
const LOOKS: usize = 4;

impl Machine {
    /// `None` where it takes more than a look.
    pub fn peek(&mut self, region: u32, key: u32, request: &Request, time: &impl Time) -> Option<Peek> {
        let flight = self.current(region, key)?;
        let it = &self.flights[flight];
        if it.is_in_creator || self.on_workers() || request.force_refresh {
            return None;
        }
        let sharers = match it.phase {
            Phase::Reading if self.is_read_alike(flight, request) => &it.boarded,
            Phase::Locking | Phase::Creating { .. } | Phase::Storing => &it.waiters,
            _ => return None,
        };
        if it.phase != Phase::Reading {
            if it.found == Found::Failed || self.is_overdue(flight, request.lock_timeout, time) {
                return None;
            }
            match self.evaluate(flight, request.expiration, time) {
                Decision::Fresh if self.is_replaced(flight) => return None,
                Decision::Fresh => {
                    self.regions[region].counts.hits += 1;
                    return Some(Peek::Fresh(flight));
                }
                Decision::Stale | Decision::Missing(_) if !it.is_timed_for(request.lock_timeout) => return None,
                Decision::Stale => {
                    self.regions[region].counts.stale_hits += 1;
                    return Some(Peek::Stale(flight));
                }
                Decision::Missing(_) => {}
            }
        }
        let call = sharers.iter().take(LOOKS).find_map(|by| self.sharer(*by, flight, request))?;
        let is_read = self.flights[flight].phase != Phase::Reading;
        self.calls[call].callers += 1;
        if is_read {
            self.regions[region].counts.misses += 1;
        }
        Some(Peek::Share(call))
    }

    /// While a key is read, those who share a promise must not lead, since the others could be served: they cannot where the reader asks alike.
    fn is_read_alike(&self, flight: u32, request: &Request) -> bool {
        let reader = self.flights[flight].owner;
        self.calls.is_current(reader) && self.calls[reader.slot].left == Left::No && self.calls[reader.slot].request == *request
    }

    /// The call of a seat, if its promise may be shared by one who asks like this: it does not lead, and has had nothing read again, which it would not
    /// ask for a second time.
    fn sharer(&self, by: SeatRef, flight: u32, request: &Request) -> Option<u32> {
        let SeatRef { call, seat } = by;
        if !self.calls.is_current(call) || self.flights[flight].owner == call {
            return None;
        }
        let it = &self.calls[call.slot];
        // What it has waited for before is good for it, and for nobody who comes later.
        let is_plain = |seat: &Seat| seat.place != Place::Done && !seat.has_read_again && seat.waited_for.is_empty();
        let waits = it.left == Left::No && it.seats.get(seat as usize).is_some_and(is_plain);
        (waits && it.request == *request && it.request.is_shareable).then_some(call.slot)
    }
}
