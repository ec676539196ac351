//! Reads of the backend, and questions to the strategy.

use dogpile::machine::Ticket;

use crate::operations::{Landed, What};
use crate::world::{Flight, World};

impl World {
    pub fn read(&mut self, call: Ticket) {
        self.own(call.slot);
        let flights = self.machine.reads(call).to_vec();
        assert!(!flights.is_empty(), "nothing to read");
        for flight in &flights {
            self.keep_flight(*flight, call.slot);
        }
        self.user_code(3);
        let landed = self.look_into_backend(&flights);
        if self.is_at_once() {
            self.land(call, landed);
        } else {
            self.machine.read_sent(call, &self.time);
            self.put_off(self.request, What::Read { call, landed });
        }
    }

    fn keep_flight(&mut self, flight: u32, call: u32) {
        let (region, name) = (self.machine.region_of(flight), self.names[&self.machine.key_of(flight)]);
        assert_eq!(region, self.calls[&call].region, "a flight of another region");
        let takers = self.calls[&call].seats.iter().flat_map(|seat| &seat.takers);
        let arrived = takers.map(|(caller, _)| self.callers[*caller].arrived).min().unwrap_or(0);
        self.events += 1;
        let has_read = &mut self.calls.get_mut(&call).expect("a call that reads").has_read;
        let is_second = has_read.contains(&name);
        has_read.push(name);
        let kept = Flight {
            region,
            name,
            request: self.request,
            arrived,
            sent: self.events,
            begun: f64::INFINITY,
            is_second,
            started_at: f64::NAN,
            call_tags: self.calls[&call].tags,
            born: f64::NAN,
            ..Flight::default()
        };
        let is_buried = self.plan.on_workers && !self.machine.may_store(flight); // its request was taken for dead, by mistake
        if !is_buried && !self.is_fenced(&kept) && !self.calls[&call].has_failed {
            self.check_successor(region, name, None, kept.arrived);
        }
        assert!(self.flights.insert(flight, kept).is_none(), "the number of a flight is used twice");
    }

    fn look_into_backend(&mut self, flights: &[u32]) -> Vec<Landed> {
        let (fails, is_early) = (self.rng.chance(3), self.rng.chance(self.plan.renews));
        let look = |flight: &u32| {
            let it = &self.flights[flight];
            let keeps = self.regions[&it.region].settings.coalesces;
            Landed { flight: *flight, record: self.store.get(&it.name).copied().filter(|_| keeps), has_failed: fails, is_early }
        };
        flights.iter().map(look).collect()
    }

    /// What the backend has answered when it was asked, or answers only now.
    fn look_late(&mut self, landed: Vec<Landed>) -> Vec<Landed> {
        let flights: Vec<u32> = landed.iter().map(|one| one.flight).collect();
        if self.rng.chance(50) { landed } else { self.look_into_backend(&flights) }
    }

    pub fn land(&mut self, call: Ticket, landed: Vec<Landed>) {
        if !self.machine.expects(call) {
            assert!(self.plan.on_workers, "nobody waits for a read");
            return;
        }
        let landed = self.look_late(landed);
        self.refresh_tags_of(&landed);
        if !self.machine.expects(call) {
            return;
        }
        self.events += 1;
        for one in landed {
            let error = one.has_failed.then(|| self.make());
            let events = self.events;
            let it = self.flights.get_mut(&one.flight).expect("a flight that has landed");
            (it.found, it.landed, it.error, it.is_early) = (one.record, events, error, one.is_early);
            let found = self.found(&one, self.flights[&one.flight].region);
            self.machine.landed(one.flight, found);
        }
        self.machine.decide(call, &self.time);
    }

    pub fn read_again(&mut self, round: Ticket) {
        self.own_request(self.rounds[&round.slot]);
        let flights = self.machine.asked(round).to_vec();
        self.events += 1;
        for flight in &flights {
            self.flights.get_mut(flight).expect("a flight to read again").again_sent = self.events;
        }
        self.user_code(3);
        let landed = self.look_into_backend(&flights);
        if self.is_at_once() {
            self.land_again(round, landed);
        } else {
            self.put_off(self.request, What::ReadAgain { round, landed });
        }
    }

    pub fn land_again(&mut self, round: Ticket, landed: Vec<Landed>) {
        if !self.machine.expects_round(round) {
            return;
        }
        let landed = self.look_late(landed);
        self.refresh_tags_of(&landed);
        for one in landed {
            let error = one.has_failed.then(|| self.make());
            let Some(it) = self.flights.get_mut(&one.flight) else { continue };
            it.again = if one.has_failed { it.found } else { one.record };
            it.error = it.error.or(error);
            let found = self.found(&one, self.flights[&one.flight].region);
            self.machine.landed_again(round, one.flight, found);
        }
        self.machine.reread(round, &self.time);
    }

    pub fn hear_again(&mut self, round: Ticket) {
        for (flight, _) in self.machine.found_again(round) {
            let it = &self.flights[&flight];
            let says = self.says(it.region, &it.again.expect("a record that was found again"));
            self.machine.told_again(round, flight, says);
        }
        self.machine.heard_again(round, &self.time);
    }

    pub fn adopt(&mut self, flight: u32) {
        let it = self.flights.get_mut(&flight).expect("a flight that adopts");
        it.found = it.again;
        it.sent = it.sent.max(it.again_sent);
        it.landed = self.events;
    }

    pub fn refresh(&mut self, call: Ticket) {
        self.own(call.slot);
        if self.is_at_once() {
            self.refreshed(call);
        } else {
            self.machine.read_sent(call, &self.time);
            self.put_off(self.request, What::Refreshed { call });
        }
    }

    pub fn refreshed(&mut self, call: Ticket) {
        if !self.machine.expects(call) {
            return;
        }
        self.learn(self.calls[&call.slot].region);
        if self.rng.chance(4) {
            self.machine.failed(call, &self.time);
        } else {
            self.machine.refreshed(call, &self.time);
        }
    }

    /// The strategy hears of what others have invalidated.
    pub fn learn(&mut self, region: u32) {
        let it = self.regions.get_mut(&region).expect("a region");
        it.times.hard = it.times.hard.max(it.news.hard);
        it.times.soft = it.times.soft.max(it.news.soft);
    }

    pub fn hear(&mut self, call: Ticket) {
        self.own(call.slot);
        if self.rng.chance(2) {
            return self.machine.failed(call, &self.time);
        }
        for (flight, started_at) in self.machine.met(call) {
            self.hear_of(flight, started_at);
            if self.machine.found_at(flight).is_some()
                && let Some(record) = self.flights[&flight].found
            {
                self.machine.told(flight, self.says(self.machine.region_of(flight), &record));
            }
        }
        self.machine.heard(call, &self.time);
    }

    /// What is learned of the tags of what was read counts for that, too.
    fn refresh_tags_of(&mut self, landed: &[Landed]) {
        let tags = landed.iter().fold(0, |all, one| all | one.record.map_or(0, |record| record.tags));
        if let Some(it) = landed.first().and_then(|one| self.flights.get(&one.flight)) {
            self.refresh_tags(it.region, tags);
        }
    }

    pub fn hear_of(&mut self, flight: u32, started_at: f64) {
        let region = &self.regions[&self.machine.region_of(flight)];
        let is_told = region.settings.has_strategy && started_at < region.times.hard.max(region.times.soft);
        if !started_at.is_nan() && (is_told || self.is_ended_by_tags(flight)) {
            self.cover.note("overtaken");
            self.machine.overtaken(flight, &self.time);
        }
    }
}
