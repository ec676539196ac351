//! What must hold whatever happens.

use dogpile::machine::{Request, Served};

use crate::locks::Holder;
use crate::world::{Flight, Record, Region, World};

impl World {
    /// The value that is served, which must be of the key, and worth that.
    pub fn value_for(&self, flight: u32, how: Served, name: usize, region: u32, asked: &Request) -> u64 {
        let it = self.flights.get(&flight).expect("a flight to serve from");
        assert!(it.name == name && it.region == region, "another key is served");
        if is_created(how) {
            return it.record.expect("a value that was created").value;
        }
        let record = it.found.expect("a record to serve");
        let region = &self.regions[&region];
        assert!(record.version == 2.0, "another version is served");
        if !region.settings.has_strategy {
            assert!(record.created >= region.calm.hard, "served what was invalidated");
            assert!(how != Served::Fresh || record.created >= region.calm.soft, "served as fresh what is stale");
        }
        self.check_tags_of_found(it.region, &record, how == Served::Fresh, &self.calm_tags);
        let expiration = expiration(region, asked, &record);
        let is_expired = dogpile::machine::Time::now(&self.time) - record.created > expiration;
        assert!(how != Served::Fresh || !is_expired, "served as fresh what has expired");
        record.value
    }

    /// Nobody gets what was replaced or fenced before he came.
    pub fn check_taker(&mut self, caller: usize, flight: u32, how: Served) {
        let it = &self.flights[&flight];
        let arrived = self.callers[caller].arrived;
        let since = |event: u64| event > if is_created(how) { it.called.max(it.sent) } else { it.sent };
        let writes = self.written.get(&it.name).map_or(&[][..], |writes| &writes[..]);
        let late = writes.iter().find(|at| since(**at) && **at < arrived);
        assert!(late.is_none(), "caller {caller} came after the write that replaced what it gets");
        if is_created(how) {
            let invalidated = self.regions[&it.region].invalidated;
            assert!(
                !(invalidated > it.called && invalidated < arrived && it.called > 0),
                "caller {caller} came after the invalidation"
            );
            assert!(it.ended_at == 0 || it.ended_at > arrived, "caller {caller} came after the invalidation of a tag: {it:?}");
            return;
        }
        let record = it.found.expect("a record to serve");
        self.check_tags_of_found(it.region, &record, how == Served::Fresh, &self.callers[caller].tag_times);
        let it_was_fenced = self.regions[&it.region].invalidated > arrived;
        let overlapping = writes.iter().filter(|at| **at > arrived).count() + usize::from(it_was_fenced);
        let overtaken = writes.iter().any(|at| *at > it.sent && *at <= it.landed);
        let is_first = !it.is_second && it.called == 0 && !it.has_lock;
        let is_wrong = overtaken && overlapping == 1 && how == Served::Fresh && is_first;
        assert!(!is_wrong, "caller {caller} gets what a write had overtaken, and nobody has read again");
        let is_replaced = writes.iter().any(|at| *at > it.landed && *at <= self.calm_at) && overlapping == 1 && !it.is_run;
        assert!(!(is_replaced && how == Served::Stale), "caller {caller} gets a stale value that a write has replaced");
    }

    /// Whether something that has happened keeps a flight from being joined and stored.
    pub fn is_fenced(&self, it: &Flight) -> bool {
        let region = &self.regions[&it.region];
        let written = self.written.get(&it.name).and_then(|writes| writes.last()).copied().unwrap_or(0);
        let is_told = it.started_at < region.times.hard.max(region.times.soft);
        let invalidated = region.invalidated.max(it.overtaken_at);
        let is_invalidated = it.called > 0 && invalidated > it.landed || is_told || it.ended_at > 0;
        written > it.arrived || is_invalidated || region.reconfigured > it.arrived || it.is_abandoned
    }

    fn is_surely_fenced(&self, it: &Flight) -> bool {
        let region = &self.regions[&it.region];
        let written = self.written.get(&it.name).and_then(|writes| writes.last()).copied().unwrap_or(0);
        let is_told = it.started_at < region.times.hard.max(region.times.soft);
        let is_invalidated = region.invalidated > it.called || is_told || it.ended_at > 0;
        written > it.sent || is_invalidated || region.reconfigured > it.sent || it.is_abandoned || it.is_superseded
    }

    pub fn check_store(&self, flight: u32) {
        let it = self.flights.get(&flight).expect("a flight to store");
        if self.regions[&it.region].settings.coalesces {
            assert!(!self.is_surely_fenced(it), "stores what was fenced: {it:?}");
            self.check_tags_of_stored(flight);
            self.check_flying(it.name, 0);
        }
    }

    /// One write at a time, of all regions that share flights; what a request that is taken for dead has sent may be on its way for ever.
    pub fn check_flying(&self, name: usize, most: usize) {
        let is_sole = self.regions.len() == 1 && self.plan.regions[0].coalesces;
        let under_way = self.flying.get(&name).copied().unwrap_or(0);
        let is_excused = !is_sole || !self.dead.is_empty() || self.was_silent;
        assert!(under_way <= most || is_excused, "another write of key {name} is under way");
    }

    pub fn check_creation(&mut self, flight: u32, call: u32) {
        let it = self.flights.get(&flight).expect("a flight to create");
        let (region, name, was_fenced) = (it.region, it.name, self.is_fenced(it));
        assert_eq!(region, self.calls[&call].region);
        self.flights.get_mut(&flight).expect("a flight").was_fenced = was_fenced;
        if !was_fenced {
            self.check_lock(flight);
            self.check_need(flight, call);
            self.check_early(flight, call);
            self.check_successor(region, name, Some(flight), u64::MAX);
        }
    }

    /// What was fenced between the decision to create it and its creator's call begins again.
    pub fn check_call(&self, flight: u32) {
        let it = &self.flights[&flight];
        let region = &self.regions[&it.region];
        let written = self.written.get(&it.name).and_then(|writes| writes.last()).copied().unwrap_or(0);
        let fenced = written.max(region.invalidated).max(region.reconfigured).max(it.ended_at);
        assert!(fenced <= it.called || it.was_fenced || !region.settings.coalesces, "creates what was fenced: {it:?}");
    }

    /// What another has created meanwhile, as the second look under the lock has found, is not created again.
    fn check_need(&self, flight: u32, call: u32) {
        let it = &self.flights[&flight];
        let is_another = it.is_granted && it.again_sent > 0 && it.sent >= it.again_sent; // else it is what the first look had found
        let (Some(record), Some(asked)) = (it.again.filter(|_| is_another), self.calls[&call].asked) else { return };
        let region = &self.regions[&it.region];
        let expiration = expiration(region, &asked, &record);
        let is_valid = record.version == 2.0 && record.created >= region.times.hard.max(region.times.soft);
        let is_valid = is_valid && self.tags_say(it.region, &record) == dogpile::freshness::Invalidated::No;
        let is_fresh = is_valid && dogpile::machine::Time::now(&self.time) - record.created <= expiration;
        let is_exempt = asked.force_refresh || region.settings.has_strategy;
        assert!(!is_fresh || is_exempt, "created again though another has created: {it:?}");
    }

    /// What is fresh is only renewed where that is wanted, and not for calls of many keys.
    fn check_early(&mut self, flight: u32, call: u32) {
        let it = &self.flights[&flight];
        let (Some(record), Some(asked)) = (it.found, self.calls[&call].asked) else { return };
        let region = &self.regions[&it.region];
        let is_valid = record.version == 2.0 && record.created >= region.times.hard.max(region.times.soft);
        let is_valid = is_valid && self.tags_say(it.region, &record) == dogpile::freshness::Invalidated::No;
        let is_fresh =
            is_valid && dogpile::machine::Time::now(&self.time) - record.created <= expiration(region, &asked, &record);
        if !is_fresh || asked.force_refresh || region.settings.has_strategy || it.has_lock {
            return;
        }
        assert!(it.is_early && !asked.is_multi, "creates what is fresh: {it:?}");
        let is_served = self.calls[&call].seats.iter().all(|seat| seat.is_done);
        assert!(is_served || !region.settings.renews_in_background, "whoever renews what is fresh waits: {it:?}");
        self.cover.note(if is_served { "renewed in the background" } else { "renewed in the foreground" });
    }

    fn check_lock(&self, flight: u32) {
        let it = &self.flights[&flight];
        if self.regions[&it.region].settings.has_locks && it.has_lock && !it.goes_without {
            let holder = self.locks.get(&it.name).and_then(|lock| lock.holder);
            let is_held = matches!(holder, Some(Holder::Here(of, _)) if of.slot == flight);
            assert!(it.is_granted && is_held || self.plan.on_workers, "creates without its lock: {it:?} {holder:?}");
        }
    }

    /// While one creates, another flight of its key begins only when the first is fenced or late.
    pub fn check_successor(&mut self, region: u32, name: usize, by: Option<u32>, arrived: u64) {
        let it = &self.regions[&region];
        let has_begun =
            |(number, it): &(&u32, &Flight)| Some(**number) != by && it.is_creating && it.region == region && it.name == name;
        if !it.settings.coalesces {
            return;
        }
        let others: Vec<u32> = self.flights.iter().filter(has_begun).map(|(number, _)| *number).collect();
        for number in others {
            let it = &self.flights[&number];
            if self.is_fenced(it) || it.is_superseded || self.plan.on_workers && arrived < it.arrived {
                continue; // on Workers the other one may have waited for its read, and have been taken for dead
            }
            let has_left = it.is_run && self.left.get(&(region, name)).is_some_and(|at| *at > it.arrived);
            let least = self.least_timeout.get(&(region, name)).copied().unwrap_or(f64::INFINITY);
            let is_late = self.steady() >= it.begun + least * 1_000.0;
            assert!(is_late || has_left || self.is_silent(it.request), "two creators for key {name}: {it:?}");
            self.flights.get_mut(&number).expect("a flight").is_superseded = true;
        }
    }

    /// Whether a request may be taken for dead.
    pub fn is_silent(&self, request: usize) -> bool {
        if !self.plan.on_workers {
            return false;
        }
        !self.is_alive(request) || self.steady() - self.beats[&request] > 700.0 || self.were_silent.contains(&request)
    }

    /// Somebody has had his time.
    pub fn check_lock_timeout(&self, call: u32) {
        let it = &self.calls[&call];
        let is_late = |flight: &Flight| {
            let least = self.least_timeout.get(&(it.region, flight.name)).copied().unwrap_or(f64::INFINITY);
            flight.region == it.region && self.steady() >= flight.begun + least * 1_000.0
        };
        assert!(self.flights.values().any(is_late), "a lock timeout before its time");
    }

    pub fn forget_flight(&mut self, flight: u32) {
        assert!(!self.timers.contains_key(&flight), "a timer is left behind");
        if let Some(it) = self.flights.remove(&flight) {
            let is_held =
                |holder| matches!(holder, Some(Holder::Here(of, request)) if of.slot == flight && !self.is_silent(request));
            let holder = self.locks.get(&it.name).and_then(|lock| lock.holder);
            assert!(!it.is_granted || !is_held(holder), "a lock is left behind: {it:?}");
        }
    }
}

fn expiration(region: &Region, asked: &Request, record: &Record) -> f64 {
    let expiration = asked.expiration.or(record.own).or(region.settings.expiration).unwrap_or(f64::INFINITY);
    dogpile::early::jittered(expiration, region.settings.jitter, record.created)
}

fn is_created(how: Served) -> bool {
    matches!(how, Served::Created | Served::Coalesced)
}
