//! `set` and `delete`.

use dogpile::machine::{Ticket, Time};

use crate::operations::What;
use crate::tags::{TagTimes, Tags};
use crate::world::say;
use crate::world::{Caller, Record, World, Write};

impl World {
    pub fn random_write(&mut self) {
        let request = self.caller_of();
        let names = self.random_names(25);
        let is_set = self.rng.chance(60);
        let region = self.rng.below(self.current_regions.len());
        let tags = self.random_tags(self.current_regions[region]);
        let mut record = |name: &usize| (*name, is_set.then(|| self.new_record(tags)));
        let records: Vec<(usize, Option<Record>)> = names.iter().map(&mut record).collect();
        self.events += 1;
        let caller = self.callers.len();
        say!(self, "caller {caller} of {request} writes {records:?} in {region}");
        self.callers.push(writer(region, names, self.events, request));
        self.write(caller, records);
    }

    fn new_record(&mut self, tags: Tags) -> Record {
        let (value, born) = (self.make(), self.birth());
        let created = self.time.stamp().max(born);
        Record { value, created, version: 2.0, own: self.rng.pick(&[None, None, Some(2.0)]), tags, born }
    }

    fn write(&mut self, caller: usize, records: Vec<(usize, Option<Record>)>) {
        let region = self.current_regions[self.callers[caller].region];
        let keys: Vec<u32> = records.iter().map(|(name, _)| self.enter(*name)).collect();
        let outer = self.begin_event(self.callers[caller].request);
        for (name, _) in &records {
            self.written.entry(*name).or_default().push(self.events);
        }
        let ticket = self.machine.write(region, keys, &self.time);
        if let Some(owner) = self.machine.writer_of(ticket) {
            self.keep_call(owner, region, None, Vec::new());
        }
        let kept = Write { ticket, request: self.request, records, caller: Some(caller), is_flying: false };
        assert!(self.writes.insert(ticket.slot, kept).is_none(), "the number of a write is used twice");
        self.end_event(outer);
    }

    pub fn send(&mut self, write: Ticket) {
        let it = self.writes.get_mut(&write.slot).expect("a write to send");
        it.is_flying = true;
        let (request, names) = (it.request, it.records.iter().map(|(name, _)| *name).collect::<Vec<usize>>());
        self.own_request(request);
        for name in names {
            *self.flying.entry(name).or_default() += 1;
            self.check_flying(name, 1);
        }
        if self.is_at_once() {
            self.wrote(write);
        } else {
            self.put_off(request, What::Wrote { write });
        }
    }

    pub fn wrote(&mut self, write: Ticket) {
        let is_kept = self.writes.get(&write.slot).is_some_and(|it| it.ticket == write);
        if is_kept {
            let succeeds = self.rng.chance(92);
            self.land_write(write.slot, succeeds);
        }
        self.machine.wrote(write, &self.time);
    }

    /// What was sent has arrived, or is lost.
    fn land_write(&mut self, write: u32, succeeds: bool) {
        let it = self.writes.get_mut(&write).expect("a write");
        if !std::mem::replace(&mut it.is_flying, false) {
            return;
        }
        let caller = it.caller;
        for (name, record) in it.records.clone() {
            *self.flying.get_mut(&name).expect("a write under way") -= 1;
            if succeeds {
                self.apply(name, record);
            }
        }
        if let Some(caller) = caller {
            let got = &mut self.callers[caller].got[0];
            assert!(got.replace(0).is_none(), "a write ends twice");
        }
    }

    pub fn lose_write(&mut self, write: Ticket) {
        if self.writes.get(&write.slot).is_some_and(|it| it.ticket == write) {
            let succeeds = self.rng.chance(50);
            self.land_write(write.slot, succeeds);
        }
    }

    pub fn forget_write(&mut self, write: u32) {
        let Some(it) = self.writes.get_mut(&write) else { return }; // a creator's, which the host knows by its call
        if it.is_flying {
            let request = it.request;
            assert!(self.is_silent(request), "a write that goes on is forgotten");
            self.land_write(write, false);
        }
        self.writes.remove(&write);
    }
}

fn writer(region: usize, names: Vec<usize>, arrived: u64, request: usize) -> Caller {
    Caller {
        region,
        names,
        asked: None,
        tags: 0,
        tag_times: TagTimes::default(),
        arrived,
        got: vec![None],
        failed: None,
        calls: Vec::new(),
        has_signal: false,
        has_timeout: false,
        has_left: false,
        request,
    }
}
