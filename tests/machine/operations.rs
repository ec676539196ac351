//! What is under way, and comes to an end in any order.

use dogpile::freshness::{Invalidated, Metadata, Why};
use dogpile::machine::{Found, Ticket};

use crate::world::say;
use crate::world::{Record, World};

/// What a read has come to for one flight.
#[derive(Debug, Clone, Copy)]
pub struct Landed {
    pub flight: u32,
    pub record: Option<Record>,
    pub has_failed: bool,
    /// Whether it is to be renewed if it is fresh.
    pub is_early: bool,
}

#[derive(Debug, Clone)]
pub enum What {
    Refreshed { call: Ticket },
    RefreshedToStore { batch: Ticket },
    Read { call: Ticket, landed: Vec<Landed> },
    ReadAgain { round: Ticket, landed: Vec<Landed> },
    Lock { flight: Ticket, name: usize, wait: bool, is_late: bool },
    HandOver { flight: Ticket, name: usize },
    Unlock { round: Ticket },
    CreateNow { batch: Ticket },
    Create { batch: Ticket, waits_for: Option<usize> },
    Store { batch: Ticket, records: Vec<(usize, Record)> },
    Wrote { write: Ticket },
    RunnerStore { flight: Ticket, write: Ticket, name: usize, record: Record },
    RunnerRelease { flight: Ticket },
    Look { call: Ticket },
}

#[derive(Debug, Clone)]
pub struct Operation {
    pub request: usize,
    pub what: What,
}

impl World {
    pub fn put_off(&mut self, request: usize, what: What) {
        self.open.push(Operation { request, what });
    }

    /// One of those that can. `false` if there is none.
    pub fn settle_one(&mut self) -> bool {
        let ready: Vec<usize> = (0..self.open.len()).filter(|at| self.is_ready(*at)).collect();
        if ready.is_empty() {
            return false;
        }
        let at = self.rng.pick(&ready);
        let Operation { request, what } = self.open.remove(at);
        say!(self, "settles for {request}: {what:?}");
        if !self.is_alive(request) {
            self.lose(what);
            return true;
        }
        let outer = self.begin_event(request);
        self.settle(what);
        self.end_event(outer);
        true
    }

    fn is_ready(&self, at: usize) -> bool {
        match self.open[at].what {
            What::Create { waits_for: Some(caller), .. } => self.callers[caller].is_answered(),
            What::Lock { name, wait: true, is_late: false, .. } => !self.is_lock_taken(name),
            _ => true,
        }
    }

    fn settle(&mut self, what: What) {
        match what {
            What::Refreshed { call } => self.refreshed(call),
            What::RefreshedToStore { batch } => self.refreshed_to_store(batch),
            What::Read { call, landed } => self.land(call, landed),
            What::ReadAgain { round, landed } => self.land_again(round, landed),
            What::Lock { flight, name, wait, .. } => self.answer_lock(flight, name, wait),
            What::HandOver { flight, name } => self.handed_over(flight, name),
            What::Unlock { round } => self.machine.unlocked(round, &self.time),
            What::CreateNow { batch } => self.create(batch),
            What::Create { batch, .. } => self.settle_creator(batch),
            What::Store { batch, records } => self.stored(batch, records),
            What::Wrote { write } => self.wrote(write),
            What::RunnerStore { flight, write, name, record } => self.runner_stored(flight, write, name, record),
            What::RunnerRelease { flight } => self.release_runner(flight),
            What::Look { call } => self.machine.look(call, &self.time),
        }
    }

    /// The request that waits for it has died; what it has sent may arrive all the same.
    fn lose(&mut self, what: What) {
        match what {
            What::Store { records, .. } => {
                for (name, record) in records {
                    self.arrive(name, Some(record));
                }
            }
            What::RunnerStore { name, record, .. } => self.arrive(name, Some(record)),
            What::Wrote { write } => self.lose_write(write),
            _ => {}
        }
    }

    fn arrive(&mut self, name: usize, record: Option<Record>) {
        *self.flying.get_mut(&name).expect("a write under way") -= 1;
        if self.rng.chance(50) {
            self.apply(name, record);
        }
    }

    pub fn apply(&mut self, name: usize, record: Option<Record>) {
        match record {
            Some(record) => _ = self.store.insert(name, record),
            None => _ = self.store.remove(&name),
        }
    }

    /// As the machine is told of it.
    pub fn found(&self, landed: &Landed, region: u32) -> Found {
        if landed.has_failed {
            return Found::Failed;
        }
        match landed.record {
            None => Found::Missing(Why::Absent),
            Some(record) => Found::Record {
                metadata: Metadata { created: record.created, version: record.version },
                own: record.own,
                invalidated: self.says(region, &record),
                early: landed.is_early,
            },
        }
    }

    /// What the strategy of a region and the tags of a record say of it.
    pub fn says(&self, region: u32, record: &Record) -> Invalidated {
        self.strategy_says(region, record.created).max(self.tags_say(region, record))
    }

    fn strategy_says(&self, region: u32, created: f64) -> Invalidated {
        let it = &self.regions[&region];
        if !it.settings.has_strategy {
            Invalidated::No
        } else if created < it.times.hard {
            Invalidated::Hard
        } else if created < it.times.soft {
            Invalidated::Soft
        } else {
            Invalidated::No
        }
    }
}
