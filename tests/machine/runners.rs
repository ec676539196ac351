//! A region's runner, which creates in the background.

use dogpile::machine::{Released, Ticket};

use crate::operations::What;
use crate::world::{Record, World};

impl World {
    pub fn run(&mut self, flight: Ticket) {
        let Some((call, _)) = self.machine.leader_of(flight.slot) else { panic!("nobody's runner") };
        self.own(call);
        self.events += 1;
        self.check_creation(flight.slot, call);
        self.begin_creating(flight.slot);
        self.flights.get_mut(&flight.slot).expect("a flight").is_run = true;
        self.user_code(5);
        if self.rng.chance(8) {
            self.cover.note("runner failed");
            self.flights.get_mut(&flight.slot).expect("a flight").is_creating = false;
            return self.machine.runner_failed(flight, &self.time);
        }
        self.begin_running(flight);
    }

    fn begin_running(&mut self, flight: Ticket) {
        let region = self.machine.region_of(flight.slot);
        self.begin_life(flight.slot);
        let started_at = self.start_time(flight.slot);
        self.machine.runner_enters(region, flight, started_at);
        self.user_code(8);
        self.machine.runner_leaves(flight);
        self.machine.runner_began(flight, &self.time);
        if self.rng.chance(4) && !self.is_ending {
            self.ever_hung = true;
            self.hung_runs.push((self.request, flight));
        } else if self.is_at_once() {
            self.drain();
            self.release_runner(flight);
        } else {
            self.put_off(self.request, What::RunnerRelease { flight });
        }
    }

    /// The runner has created or not, stores if it may, and releases.
    pub fn release_runner(&mut self, flight: Ticket) {
        if !self.machine.is_running(flight) {
            self.cover.note("runner was ended");
            if let Some(it) = self.flights.get_mut(&flight.slot).filter(|it| it.is_run) {
                it.is_creating = false;
            }
            return self.machine.released(flight, Released::Unused, &self.time);
        }
        match self.rng.below(10) {
            0 => {
                self.flights.get_mut(&flight.slot).expect("a flight").is_creating = false;
                self.machine.released(flight, Released::Unused, &self.time);
            }
            1 => {
                self.settle_flight(flight.slot, false);
                self.flights.get_mut(&flight.slot).expect("a flight").is_creators_error = false;
                self.machine.released(flight, Released::Rejected, &self.time);
            }
            _ => {
                self.settle_flight(flight.slot, true);
                self.store_by_runner(flight);
            }
        }
    }

    fn store_by_runner(&mut self, flight: Ticket) {
        let it = &self.flights[&flight.slot];
        self.refresh_tags(it.region, it.record.map_or(0, |record| record.tags));
        let starts = self.machine.started_at(flight.slot);
        self.hear_of(flight.slot, starts);
        let it = &self.flights[&flight.slot];
        let (name, record) = (it.name, it.record.expect("a record"));
        if !self.machine.runner_may_store(flight) || self.rng.chance(15) {
            return self.machine.released(flight, Released::Created, &self.time);
        }
        self.check_store(flight.slot);
        if self.is_at_once() {
            self.apply(name, Some(record));
            self.machine.runner_stored(flight);
            self.machine.released(flight, Released::Created, &self.time);
        } else {
            *self.flying.entry(name).or_default() += 1;
            let write = self.machine.write_sent(flight);
            self.put_off(self.request, What::RunnerStore { flight, write, name, record });
        }
    }

    pub fn runner_stored(&mut self, flight: Ticket, write: Ticket, name: usize, record: Record) {
        *self.flying.get_mut(&name).expect("a write under way") -= 1;
        if self.rng.chance(90) {
            self.apply(name, Some(record));
            self.machine.runner_stored(flight);
        }
        self.machine.wrote(write, &self.time);
        self.drain();
        self.machine.released(flight, Released::Created, &self.time);
    }
}
