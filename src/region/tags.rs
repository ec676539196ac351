//! Tags: values are invalidated by name, whatever their keys.

use super::Region;
use super::options::Invalidate;
use super::state::{Flight, Now, State};
use crate::backend::Backend;
use crate::freshness::Invalidated;
use crate::machine::{Found, Settings, Ticket, Time};
use crate::record::Record;
use crate::runtime::Runtime;

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Region<V, E, B, R> {
    /// Invalidates all values with any of these tags whose creation began until now, in this region and its clones. It takes effect before it returns,
    /// and costs the same for one value or a million. Values that are being created with one of the tags are returned to those who wait, and not stored.
    ///
    /// A value has the tags of the [`CallOptions`](super::CallOptions) of the calls that created it and waited for it,
    /// of [`Vacancy::tags`](super::Vacancy::tags), or of [`SetOptions`](super::SetOptions).
    ///
    /// ```
    /// # use dogpile::{CallOptions, Error, Invalidate, MemoryBackend, Native, Region};
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let region: Region<&str, String, _, _> = Region::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    /// let options = CallOptions::default().tags(["user 42"]);
    /// region.get_or_create_with("page", &options, async || Ok("Ada")).await?;
    /// region.invalidate_tags(&["user 42"], Invalidate::Hard);
    /// assert_eq!(region.get("page").await, Ok(None));
    /// # Ok::<(), Error<String>>(())
    /// # }).unwrap();
    /// ```
    pub fn invalidate_tags(&self, tags: &[&str], how: Invalidate) {
        self.shared.act(|state, time| state.invalidate_tags(tags, how == Invalidate::Hard, time));
    }
}

impl<V, E, L, W> State<V, E, L, W> {
    fn invalidate_tags<R: Runtime>(&mut self, tags: &[&str], is_hard: bool, time: &Now<'_, R>) {
        if tags.is_empty() {
            return;
        }
        self.uses_tags = true;
        if self.tag_times.is_empty() {
            // From now on the machine asks before a call joins a creation, and before a value is stored.
            let settings = Settings { has_tags: true, ..*self.machine.settings(self.region) };
            self.machine.configure(self.region, settings, false, time);
        }
        let stamp = time.birth();
        for tag in tags {
            self.tag_times.raise(tag, is_hard, stamp);
        }
        let has_one = |own: &[String]| own.iter().any(|own| tags.contains(&own.as_str()));
        for flight in 0..self.flights.len() as u32 {
            let Some(Some(it)) = self.flights.get(flight as usize) else { continue };
            let found = it.found.clone().filter(|record| has_one(&record.tags));
            let is_carried = has_one(&self.tags_of(flight));
            if let Some(record) = &found {
                let says = self.tags_say(record, time);
                self.machine.told(flight, says);
            }
            if found.is_some() || is_carried {
                self.machine.overtaken(flight, time);
            }
            self.gone.extend(found.map(super::state::Gone::Record));
        }
    }

    /// What its tags say of a record.
    pub fn tags_say(&mut self, record: &Record<V>, time: &impl Time) -> Invalidated {
        if record.tags.is_empty() || self.tag_times.is_empty() {
            return Invalidated::No;
        }
        self.tag_times.of(&record.tags, record.created - record.took.unwrap_or(0.0), time.now())
    }

    /// The same for what was found.
    pub fn judged(&mut self, mut found: Found, record: Option<&Record<V>>, time: &impl Time) -> Found {
        if let (Found::Record { invalidated, .. }, Some(record)) = (&mut found, record) {
            *invalidated = self.tags_say(record, time);
        }
        found
    }

    /// The tags of what a flight creates: those of the call that leads it, of the calls that wait for it, and of its vacancy.
    pub fn tags_of(&self, flight: u32) -> Vec<String> {
        let mut tags = self.flights.get(flight as usize).and_then(Option::as_ref).map_or_else(Vec::new, |it| it.tags.clone());
        if self.uses_tags {
            let owner = self.machine.owner(flight).map(|owner| owner.slot);
            for call in owner.into_iter().chain(self.machine.waiting_for(flight)) {
                let caller = self.by_call.get(call as usize).and_then(|id| self.callers.get(id));
                tags.extend(caller.into_iter().flat_map(|caller| caller.tags.iter().cloned()));
            }
        }
        distinct(tags)
    }

    /// Whether something with these tags, whose creation has begun then, was invalidated since.
    fn is_ended(&mut self, tags: &[String], born: Option<f64>, time: &impl Time) -> bool {
        let born = born.unwrap_or(f64::NEG_INFINITY); // when no tag had been used yet
        self.tag_times.of(tags, born, time.now()) != Invalidated::No
    }

    /// A call is about to join the flights that it meets: not a creation that a tag of theirs or its own has ended.
    pub fn hear(&mut self, call: Ticket, time: &impl Time) {
        let own = self.caller_of(call.slot).map(|caller| caller.tags.clone()).unwrap_or_default();
        for (flight, _) in self.machine.met(call) {
            let tags = [self.tags_of(flight), own.clone()].concat();
            self.end_if_ended(flight, &tags, time);
        }
        self.machine.heard(call, time);
    }

    /// Values are about to be stored: not what a tag has ended.
    pub fn hear_to_store(&mut self, batch: Ticket, time: &impl Time) {
        for flight in self.machine.created_flights(batch).to_vec() {
            let tags = self.flight(flight).record.as_ref().map_or_else(Vec::new, |record| record.tags.clone());
            self.end_if_ended(flight, &tags, time);
        }
        self.machine.store(batch, time);
    }

    fn end_if_ended(&mut self, flight: u32, tags: &[String], time: &impl Time) {
        let born = self.flights.get(flight as usize).and_then(Option::as_ref).and_then(|it| it.born);
        if !tags.is_empty() && self.is_ended(tags, born, time) {
            self.machine.overtaken(flight, time);
        }
    }

    /// Records that were found under locks are about to be used.
    pub fn hear_again(&mut self, round: Ticket, time: &impl Time) {
        for (flight, _) in self.machine.found_again(round) {
            if let Some(record) = self.flight(flight).again.clone() {
                let says = self.tags_say(&record, time);
                self.machine.told_again(round, flight, says);
                self.gone.push(super::state::Gone::Record(record));
            }
        }
        self.machine.heard_again(round, time);
    }
}

impl<V, E, L> Flight<V, E, L> {
    /// The record of a created value. Whether it may be stored: not if it has tags and was begun before the region knew of any.
    pub fn tagged(&self, mut record: Record<V>, tags: Vec<String>, keeps_took: bool) -> (Record<V>, bool) {
        let is_tagged = !tags.is_empty();
        record.tags = tags;
        record.created = self.born.map_or(record.created, |born| record.created.max(born));
        record.took = self.born.filter(|_| keeps_took || is_tagged).map(|born| record.created - born);
        (record, !is_tagged || self.born.is_some())
    }
}

/// Each tag once, in their order.
pub(super) fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut once = Vec::with_capacity(tags.len());
    for tag in tags {
        if !once.contains(&tag) {
            once.push(tag);
        }
    }
    once
}
