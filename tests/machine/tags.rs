//! Tags: a record carries some, an invalidation ends all that carry one of its own and were begun before it.

use std::ops::Range;

use dogpile::freshness::{Invalidated, Invalidations};
use dogpile::machine::Time;

use crate::world::say;
use crate::world::{Flight, Record, Times, World};

/// A set of tags, a bit each.
pub type Tags = u8;

const COUNT: usize = 3;
const ALL: Range<usize> = 0..COUNT;

/// The times of the tags.
#[derive(Debug, Clone, Copy)]
pub struct TagTimes([Times; COUNT]);

impl Default for TagTimes {
    fn default() -> Self {
        Self([Times { hard: f64::NEG_INFINITY, soft: f64::NEG_INFINITY }; COUNT])
    }
}

impl TagTimes {
    /// What they say of something with these tags that was begun then.
    pub fn say(&self, tags: Tags, born: f64, now: f64) -> Invalidated {
        let own = || ALL.filter(|tag| tags & 1 << tag != 0).map(|tag| self.0[tag]);
        let latest = |times: &mut dyn Iterator<Item = f64>| times.fold(f64::NEG_INFINITY, f64::max);
        let (hard, soft) = (latest(&mut own().map(|times| times.hard)), latest(&mut own().map(|times| times.soft)));
        Invalidations { hard, soft }.of(born, now)
    }

    fn raise(&mut self, tags: Tags, hard: bool, time: f64) {
        for tag in ALL.filter(|tag| tags & 1 << tag != 0) {
            let it = &mut self.0[tag];
            let kind = if hard { &mut it.hard } else { &mut it.soft };
            *kind = kind.max(time);
        }
    }

    /// Takes over later times. Gives the tags that had earlier ones.
    fn learn(&mut self, tags: Tags, news: &TagTimes) -> Tags {
        let mut changed = 0;
        for tag in ALL.filter(|tag| tags & 1 << tag != 0) {
            let (known, told) = (&mut self.0[tag], news.0[tag]);
            if told.hard > known.hard || told.soft > known.soft {
                changed |= 1 << tag;
                *known = Times { hard: known.hard.max(told.hard), soft: known.soft.max(told.soft) };
            }
        }
        changed
    }
}

impl Flight {
    /// The tags of what it creates, as far as they are known, and of what it replaces.
    fn carried(&self) -> Tags {
        self.tags | self.call_tags | self.found.map_or(0, |record| record.tags)
    }
}

impl World {
    pub fn has_tags(&self, region: u32) -> bool {
        self.regions[&region].settings.has_tags
    }

    /// Tags for something that is made through a region.
    pub fn random_tags(&mut self, region: u32) -> Tags {
        if self.has_tags(region) { self.rng.pick(&[0, 1, 1, 2, 3, 4]) } else { 0 }
    }

    /// A value that another process has made: it may have begun a while ago, and not have heard of what was invalidated since.
    pub fn tags_elsewhere(&mut self) -> (Tags, f64) {
        if !self.regions.values().any(|region| region.settings.has_tags) {
            return (0, f64::NAN);
        }
        (self.rng.pick(&[0, 1, 2, 3, 4]), self.birth() - self.rng.pick(&[0.0, 0.0, 0.5, 3.0]))
    }

    /// When something begins to be made: before every later invalidation, in a clock that stands still, too.
    pub fn birth(&mut self) -> f64 {
        if !self.plan.has_own_clock {
            return self.time.stamp();
        }
        self.tags_at = self.tags_at.max(self.time.now());
        self.tags_at
    }

    fn after_births(&mut self) -> f64 {
        if !self.plan.has_own_clock {
            return self.time.stamp();
        }
        self.tags_at = self.tags_at.max(self.time.now()).next_up();
        self.tags_at
    }

    pub fn tags_say(&self, region: u32, record: &Record) -> Invalidated {
        if !self.has_tags(region) {
            return Invalidated::No;
        }
        self.tag_times.say(record.tags, record.born, self.time.now())
    }

    /// Tags are invalidated here, or elsewhere, which a region hears of when it asks.
    pub fn invalidate_tags(&mut self) {
        let (tags, hard) = (self.rng.pick(&[1, 1, 2, 3, 4]), self.rng.chance(50));
        let stamp = self.after_births();
        if self.regions.values().any(|region| region.settings.refreshes) && self.rng.chance(30) {
            say!(self, "tags {tags:b} are invalidated elsewhere, hard: {hard}");
            return self.tag_news.raise(tags, hard, stamp);
        }
        say!(self, "tags {tags:b} are invalidated, hard: {hard}");
        self.cover.note("tags invalidated");
        let request = self.caller_of();
        let outer = self.begin_event(request);
        self.tag_times.raise(tags, hard, stamp);
        self.tell_of(tags);
        self.end_event(outer);
    }

    /// A region asks for the times of these tags, which may fail.
    pub fn refresh_tags(&mut self, region: u32, tags: Tags) {
        if !self.has_tags(region) || !self.regions[&region].settings.refreshes || !self.rng.chance(90) {
            return;
        }
        let changed = self.tag_times.learn(tags, &self.tag_news);
        if changed != 0 {
            self.cover.note("tags learned");
            self.tell_of(changed);
        }
    }

    /// As the host does it when times have changed: what flights have found is judged again, and creations that carry a tag are fenced.
    fn tell_of(&mut self, tags: Tags) {
        self.events += 1;
        self.end_creations(tags);
        for flight in self.flights.keys().copied().collect::<Vec<u32>>() {
            let Some(it) = self.flights.get(&flight).filter(|it| self.has_tags(it.region)) else { continue };
            let found = it.found.filter(|record| record.tags & tags != 0);
            let is_overtaken = it.carried() & tags != 0 && self.is_overtaken(it);
            if let Some(record) = found {
                self.cover.note("told of tags");
                self.machine.told(flight, self.says(it.region, &record));
            }
            if is_overtaken {
                self.flights.get_mut(&flight).expect("the flight").overtaken_at = self.events;
                self.machine.overtaken(flight, &self.time);
                self.drain();
            }
        }
    }

    /// Nobody who comes from now on gets what these are creating, unless that began after the invalidation, which may have been learned late.
    fn end_creations(&mut self, tags: Tags) {
        let events = self.events;
        for flight in self.flights.keys().copied().collect::<Vec<u32>>() {
            let it = &self.flights[&flight];
            if it.ended_at == 0 && it.carried() & tags != 0 && self.is_overtaken(it) {
                self.flights.get_mut(&flight).expect("the flight").ended_at = events;
            }
        }
    }

    fn is_overtaken(&self, it: &Flight) -> bool {
        let says = self.tag_times.say(it.carried(), it.born, self.time.now());
        self.has_tags(it.region) && !it.born.is_nan() && says != Invalidated::No
    }

    /// A creator names tags of its value, or somebody joins who has some.
    pub fn name_tags(&mut self, flight: u32, tags: Tags) {
        self.events += 1;
        let (events, now) = (self.events, self.time.now());
        let it = self.flights.get_mut(&flight).expect("a flight that is tagged");
        it.tags |= tags;
        if it.ended_at == 0 && !it.born.is_nan() && self.tag_times.say(tags, it.born, now) != Invalidated::No {
            self.cover.note("tagged with what has ended");
            it.ended_at = events;
        }
    }

    pub fn creator_names_tags(&mut self, flight: u32) {
        if self.has_tags(self.flights[&flight].region) && self.rng.chance(20) {
            let tags = self.random_tags(self.flights[&flight].region);
            self.name_tags(flight, tags);
        }
    }

    /// What is under way for a call's keys gets its tags, too.
    pub fn join_tags(&mut self, region: u32, names: &[usize], tags: Tags) {
        if tags == 0 {
            return;
        }
        let is_joined = |it: &Flight| it.region == region && names.contains(&it.name);
        let joined: Vec<u32> = self.flights.iter().filter(|(_, it)| is_joined(it)).map(|(flight, _)| *flight).collect();
        for flight in joined {
            self.name_tags(flight, tags);
        }
    }

    /// Whether the tags of what a flight creates were invalidated since that began.
    pub fn is_ended_by_tags(&self, flight: u32) -> bool {
        let it = &self.flights[&flight];
        let tags = it.tags | it.call_tags;
        self.has_tags(it.region) && !it.born.is_nan() && self.tag_times.say(tags, it.born, self.time.now()) != Invalidated::No
    }

    /// What a tag has ended is not stored.
    pub fn check_tags_of_stored(&self, flight: u32) {
        let it = &self.flights[&flight];
        let record = it.record.expect("a record to store");
        assert!(self.tags_say(it.region, &record) == Invalidated::No, "stores what a tag has ended: {it:?}");
        assert!(record.tags & it.call_tags == it.call_tags, "stores without a tag of its call: {it:?}");
    }

    /// What a tag had ended before the host began to act, or before a caller came, is not served, or not as fresh.
    pub fn check_tags_of_found(&self, region: u32, record: &Record, is_fresh: bool, known: &TagTimes) {
        if self.has_tags(region) {
            let said = known.say(record.tags, record.born, self.time.now());
            assert!(said != Invalidated::Hard, "served what a tag has ended: {record:?}");
            assert!(!is_fresh || said == Invalidated::No, "served as fresh what a tag has made stale: {record:?}");
        }
    }
}
