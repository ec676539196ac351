//! The backend's locks.

use dogpile::machine::{LockAnswer, Ticket, Time};

use crate::operations::{Landed, Operation, What};
use crate::world::say;
use crate::world::{Record, World};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Holder {
    Elsewhere,
    Here(Ticket, usize),
}

#[derive(Debug, Default)]
pub struct Lock {
    pub holder: Option<Holder>,
    /// What the last holder has left.
    pub left: Option<Record>,
}

impl World {
    pub fn is_lock_taken(&self, name: usize) -> bool {
        self.locks.get(&name).is_some_and(|lock| lock.holder.is_some())
    }

    pub fn find_locks(&mut self, round: Ticket) {
        let call = self.machine.call_of_round(round);
        self.own(call);
        assert!(self.rounds.insert(round.slot, self.request).is_none(), "the number of a round is used twice");
        for flight in self.machine.asked(round).to_vec() {
            let has_lock = !self.rng.chance(10);
            self.flights.get_mut(&flight).expect("a flight").has_lock = has_lock;
            if has_lock {
                self.machine.lock_found(round, flight);
            }
        }
        self.machine.locks_found(round, &self.time);
    }

    pub fn ask_lock(&mut self, flight: Ticket, wait: bool) {
        let (call, _) = self.machine.leader_of(flight.slot).expect("who asks");
        self.own(call);
        let name = self.flights[&flight.slot].name;
        if self.is_at_once() && (!wait || !self.is_lock_taken(name)) {
            self.answer_lock(flight, name, wait);
        } else {
            self.put_off(self.request, What::Lock { flight, name, wait, is_late: false });
        }
    }

    pub fn answer_lock(&mut self, flight: Ticket, name: usize, wait: bool) {
        let answer = if self.rng.chance(6) {
            LockAnswer::Failed
        } else if !self.is_lock_taken(name) {
            LockAnswer::Granted
        } else if wait {
            LockAnswer::Failed // it has not answered in time
        } else {
            LockAnswer::Busy
        };
        self.cover.note(&format!("Lock {answer:?}, wait {wait}"));
        if answer == LockAnswer::Granted {
            self.locks.entry(name).or_default().holder = Some(Holder::Here(flight, self.request));
        }
        let is_same = self.machine.is_running(flight);
        if let Some(it) = self.flights.get_mut(&flight.slot).filter(|_| is_same) {
            it.is_granted = answer == LockAnswer::Granted;
            it.goes_without = answer == LockAnswer::Failed;
        }
        if !self.machine.lock_answered(flight, answer, &self.time) {
            self.cover.note("released at once");
            self.let_go(name, flight);
        }
    }

    fn let_go(&mut self, name: usize, flight: Ticket) {
        let lock = self.locks.get_mut(&name).expect("a lock to release");
        assert!(matches!(lock.holder, Some(Holder::Here(of, _)) if of == flight), "releases another's lock: {:?}", lock.holder);
        lock.holder = None;
    }

    /// Whoever was asked may have granted it meanwhile.
    pub fn give_up_lock(&mut self, flight: u32) {
        if self.rng.chance(50) {
            self.open.retain(|operation| !matches!(operation.what, What::Lock { flight: of, .. } if of.slot == flight));
        } else {
            let given_up = |it: &&mut Operation| matches!(it.what, What::Lock { flight: of, .. } if of.slot == flight);
            for operation in self.open.iter_mut().filter(given_up) {
                if let What::Lock { is_late, .. } = &mut operation.what {
                    *is_late = true;
                }
            }
        }
    }

    pub fn hand_over(&mut self, flight: Ticket) {
        let (call, _) = self.machine.leader_of(flight.slot).expect("who asks");
        self.own(call);
        let name = self.flights[&flight.slot].name;
        if self.is_at_once() {
            self.handed_over(flight, name);
        } else {
            self.put_off(self.request, What::HandOver { flight, name });
        }
    }

    pub fn handed_over(&mut self, flight: Ticket, name: usize) {
        let left = self.locks.get(&name).and_then(|lock| lock.left).filter(|_| !self.written.contains_key(&name));
        let left = if self.rng.chance(20) { None } else { left };
        let mut found = None;
        if let Some(it) = self.flights.get_mut(&flight.slot).filter(|_| self.machine.is_running(flight)) {
            (it.again, it.again_sent) = (left, self.events);
            let region = it.region;
            self.refresh_tags(region, left.map_or(0, |record| record.tags));
            found = left
                .map(|_| self.found(&Landed { flight: flight.slot, record: left, has_failed: false, is_early: false }, region));
            self.cover.note(if found.is_some() { "handed over" } else { "nothing handed over" });
        }
        self.machine.handed_over(flight, found, &self.time);
    }

    pub fn unlock(&mut self, flight: u32, round: Ticket, is_stored: bool) {
        self.own_request(self.rounds[&round.slot]);
        let (name, record) = (self.flights[&flight].name, self.flights[&flight].record);
        let lock = self.locks.get_mut(&name).expect("a lock to release");
        assert!(
            matches!(lock.holder, Some(Holder::Here(of, _)) if of.slot == flight),
            "releases another's lock: {:?}",
            lock.holder
        );
        lock.holder = None;
        if is_stored {
            lock.left = Some(record.expect("what was stored"));
        }
        self.flights.get_mut(&flight).expect("a flight").is_granted = false;
        if self.is_at_once() {
            self.machine.unlocked(round, &self.time);
        } else {
            self.put_off(self.request, What::Unlock { round });
        }
    }

    /// Another tab, isolate or process.
    pub fn elsewhere(&mut self) {
        let name = self.rng.below(self.plan.keys);
        let has_locks = self.plan.regions.iter().any(|settings| settings.has_locks);
        match self.rng.below(4) {
            0 if has_locks && !self.is_lock_taken(name) => {
                say!(self, "the lock of {name} is taken elsewhere");
                self.locks.entry(name).or_default().holder = Some(Holder::Elsewhere);
            }
            1 if self.locks.get(&name).is_some_and(|lock| lock.holder == Some(Holder::Elsewhere)) => self.release_elsewhere(name),
            2 if !has_locks => self.write_elsewhere(name),
            _ => self.tell_elsewhere(),
        }
    }

    /// The backend tells of a key that was written elsewhere, or of any. Not with locks: what waits for one is left alone, as a `set` does not.
    fn write_elsewhere(&mut self, name: usize) {
        let is_any = self.rng.chance(25);
        let (tags, born) = self.tags_elsewhere();
        let names = if is_any { (0..self.plan.keys).collect() } else { vec![name] };
        say!(self, "{names:?} written elsewhere");
        self.events += 1;
        for name in &names {
            if self.flying.get(name).is_none_or(|count| *count == 0) {
                let record = Record { value: self.make(), created: self.time.stamp(), version: 2.0, own: None, tags, born };
                let record = Some(record).filter(|_| self.rng.chance(50));
                self.apply(*name, record);
            }
            self.written.entry(*name).or_default().push(self.events);
        }
        let number = self.numbers.get(&name).copied();
        if is_any || number.is_some() {
            let request = self.caller_of();
            let outer = self.begin_event(request);
            self.machine.changed_elsewhere(number.filter(|_| !is_any), &self.time);
            self.end_event(outer);
        }
    }

    pub fn release_elsewhere(&mut self, name: usize) {
        say!(self, "the lock of {name} is released elsewhere");
        let value = self.make();
        let (tags, born) = self.tags_elsewhere();
        let version = if self.rng.chance(90) { 2.0 } else { 1.0 };
        let record = Record { value, created: self.time.stamp(), version, own: None, tags, born };
        let is_written = self.rng.chance(70);
        let is_left = self.rng.chance(50);
        if is_written && self.flying.get(&name).is_none_or(|count| *count == 0) {
            self.apply(name, Some(record));
        }
        let lock = self.locks.get_mut(&name).expect("a lock");
        lock.holder = None;
        lock.left = Some(record).filter(|_| is_written && is_left);
    }

    fn tell_elsewhere(&mut self) {
        let stamp = self.time.stamp();
        let is_hard = self.rng.chance(50);
        for region in self.regions.values_mut().filter(|region| region.settings.has_strategy) {
            let news = if is_hard { &mut region.news.hard } else { &mut region.news.soft };
            *news = stamp;
        }
    }
}
