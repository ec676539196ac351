//! Creators, and what becomes of their values.

use dogpile::machine::{Accepted, Ticket, Time};

use crate::operations::What;
use crate::world::{Batch, Record, World};

impl World {
    /// A creator is called now, or in a moment.
    pub fn prepare(&mut self, batch: Ticket) {
        let call = self.machine.call_of(batch);
        self.own(call);
        let flights = self.machine.batch(batch).to_vec();
        let kept = Batch { request: self.request, is_aborted: false, flights: flights.clone() };
        assert!(self.batches.insert(batch.slot, kept).is_none(), "the number of a creator's call is used twice");
        self.events += 1;
        for flight in flights {
            self.check_creation(flight, call);
            self.begin_creating(flight);
        }
        if self.rng.chance(10) {
            self.put_off(self.request, What::CreateNow { batch });
        } else {
            self.create(batch);
        }
    }

    pub fn begin_creating(&mut self, flight: u32) {
        let (called, begun, request) = (self.events, self.steady(), self.request);
        let it = self.flights.get_mut(&flight).expect("a flight that creates");
        assert!(!it.is_creating && it.called == 0, "a flight creates twice");
        (it.is_creating, it.called, it.begun, it.request) = (true, called, begun, request);
    }

    pub fn create(&mut self, batch: Ticket) {
        if !self.machine.still_creates(batch, &self.time) {
            self.cover.note("a creator that is not called");
            return;
        }
        let flights = self.machine.batch(batch).to_vec();
        self.batches.get_mut(&batch.slot).expect("a creator's call").flights = flights.clone();
        for flight in flights {
            self.check_call(flight);
            self.start_clock(flight);
        }
        let callers = self.callers.len();
        self.machine.in_creator(batch, true);
        self.user_code(12);
        for flight in self.machine.batch(batch).to_vec() {
            self.creator_names_tags(flight);
        }
        self.machine.in_creator(batch, false);
        let nested = (callers < self.callers.len()).then_some(callers);
        if !self.machine.expects_batch(batch) {
            self.cover.note("a creator that nobody hears");
        } else if self.rng.chance(3) && !self.is_ending {
            self.hang(batch);
        } else if self.is_at_once() {
            self.settle_creator(batch);
        } else {
            let waits_for = nested.filter(|_| self.rng.chance(50));
            self.put_off(self.request, What::Create { batch, waits_for });
        }
    }

    /// A strategy's news since then fences the flight.
    pub fn start_clock(&mut self, flight: u32) {
        self.begin_life(flight);
        let stamp = self.start_time(flight);
        if !stamp.is_nan() {
            self.machine.starts_at(flight, stamp);
        }
    }

    /// The tags that are invalidated from now on end what it creates.
    pub fn begin_life(&mut self, flight: u32) {
        if self.has_tags(self.flights[&flight].region) {
            let born = self.birth();
            self.flights.get_mut(&flight).expect("a flight").born = born;
        }
    }

    /// NaN where nobody is asked.
    pub fn start_time(&mut self, flight: u32) -> f64 {
        let region = self.flights[&flight].region;
        if !self.regions[&region].settings.has_strategy {
            return self.flights[&flight].born;
        }
        let stamp = self.time.stamp();
        self.flights.get_mut(&flight).expect("a flight").started_at = stamp;
        stamp
    }

    fn hang(&mut self, batch: Ticket) {
        self.ever_hung = true;
        self.hung.push((self.request, batch));
        let call = self.machine.call_of(batch);
        self.calls.get_mut(&call).expect("a call that creates").leads_hung = true;
        self.cover.note("hung creator");
    }

    pub fn settle_creator(&mut self, batch: Ticket) {
        if !self.machine.expects_batch(batch) {
            return self.cover.note("a creator that nobody hears");
        }
        let fails = if self.batches[&batch.slot].is_aborted { 70 } else { 18 };
        let (fails, lacks) = (self.rng.chance(fails), self.rng.chance(10));
        let mut rejected = Vec::new();
        for flight in self.machine.batch(batch).to_vec() {
            let is_value = !(fails || lacks && self.rng.chance(50));
            self.settle_flight(flight, is_value);
            if !is_value {
                rejected.push(flight);
            }
        }
        self.machine.created(batch, &rejected, &self.time);
    }

    pub fn settle_flight(&mut self, flight: u32, is_value: bool) {
        self.creator_names_tags(flight);
        let value = self.make();
        let stamp = self.time.stamp();
        let own = self.rng.pick(&[None, None, None, Some(2.0)]);
        let it = self.flights.get_mut(&flight).expect("a flight whose creator settles");
        it.is_creating = false;
        let (created, born) = (stamp.max(it.born), if it.born.is_nan() { stamp } else { it.born });
        if is_value {
            it.record = Some(Record { value, created, version: 2.0, own, tags: it.tags | it.call_tags, born });
        } else {
            (it.error, it.is_creators_error) = (Some(value), true);
        }
    }

    pub fn accept(&mut self, batch: Ticket) {
        self.own_request(self.batches[&batch.slot].request);
        let flights = self.machine.created_flights(batch).to_vec();
        for flight in flights {
            let it = self.flights.get_mut(&flight).expect("a flight");
            it.record.as_mut().expect("a value to accept").tags = it.tags | it.call_tags;
            self.user_code(2);
            let one = self.rng.pick(&[
                Accepted::Yes,
                Accepted::Yes,
                Accepted::Yes,
                Accepted::Yes,
                Accepted::Yes,
                Accepted::Yes,
                Accepted::No,
            ]);
            let one = if self.rng.chance(3) { Accepted::Threw } else { one };
            let one = if self.rng.chance(3) { Accepted::Refused } else { one };
            if matches!(one, Accepted::Threw | Accepted::Refused) {
                self.keep_error(flight);
            }
            self.cover.note(&format!("{one:?}"));
            self.machine.accept(batch, flight, one);
        }
        self.machine.accepted(batch, &self.time);
    }

    fn keep_error(&mut self, flight: u32) {
        let error = self.make();
        let it = self.flights.get_mut(&flight).expect("a flight");
        (it.error, it.is_creators_error) = (Some(error), false);
    }

    pub fn refresh_to_store(&mut self, batch: Ticket) {
        self.own_request(self.batches[&batch.slot].request);
        if self.is_at_once() {
            self.refreshed_to_store(batch);
        } else {
            self.put_off(self.request, What::RefreshedToStore { batch });
        }
    }

    pub fn refreshed_to_store(&mut self, batch: Ticket) {
        if !self.machine.expects_batch(batch) {
            return;
        }
        let source = self.machine.created_flights(batch)[0];
        self.learn(self.machine.region_of(source));
        let tags = |flight: &u32| self.flights[flight].record.map_or(0, |record| record.tags);
        let tags = self.machine.created_flights(batch).iter().fold(0, |all, flight| all | tags(flight));
        self.refresh_tags(self.machine.region_of(source), tags);
        if self.rng.chance(5) {
            self.keep_error(source);
            self.cover.note("reject created");
            self.machine.reject_created(batch, source, &self.time);
        } else {
            self.machine.refreshed_to_store(batch);
        }
    }

    pub fn hear_to_store(&mut self, batch: Ticket) {
        self.own_request(self.batches[&batch.slot].request);
        for flight in self.machine.batch(batch).to_vec() {
            self.hear_of(flight, self.machine.started_at(flight));
        }
        self.machine.store(batch, &self.time);
    }

    pub fn store_batch(&mut self, batch: Ticket) {
        self.own_request(self.batches[&batch.slot].request);
        let flights = self.machine.stores(batch).to_vec();
        let mut records = Vec::new();
        for flight in flights {
            self.check_store(flight);
            let it = &self.flights[&flight];
            records.push((it.name, it.record.expect("a record to store")));
            *self.flying.entry(it.name).or_default() += 1;
        }
        if self.is_at_once() {
            self.stored(batch, records);
        } else {
            self.machine.store_sent(batch);
            self.put_off(self.request, What::Store { batch, records });
        }
    }

    pub fn stored(&mut self, batch: Ticket, records: Vec<(usize, Record)>) {
        let succeeds = self.rng.chance(90);
        for (name, record) in records {
            *self.flying.get_mut(&name).expect("a write under way") -= 1;
            if succeeds {
                self.apply(name, Some(record));
            }
        }
        if !self.machine.expects_batch(batch) {
            return;
        }
        for flight in self.machine.stores(batch).to_vec() {
            if !succeeds {
                self.keep_error(flight);
            }
        }
        self.machine.stored(batch, succeeds, &self.time);
    }
}
