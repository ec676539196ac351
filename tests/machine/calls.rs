//! Callers: how they come, what they are given, how they leave.

use dogpile::machine::{Peek, Request, Served};

use crate::world::say;
use crate::world::{Call, Caller, Failed, Seat, World};

impl World {
    pub fn random_call(&mut self) {
        let request = self.caller_of();
        let region = self.rng.below(self.current_regions.len());
        let has_signal = self.rng.chance(25);
        let has_timeout = self.rng.chance(20);
        let is_multi = self.rng.chance(30);
        let asked = self.random_request(is_multi, !has_signal && !has_timeout && !is_multi);
        let names = self.random_names(if is_multi { 60 } else { 0 });
        let tags = self.random_tags(self.current_regions[region]);
        self.events += 1;
        let caller = self.callers.len();
        self.callers.push(Caller {
            region,
            got: vec![None; names.len()],
            names: names.clone(),
            asked: Some(asked),
            tags,
            tag_times: self.tag_times,
            arrived: self.events,
            failed: None,
            calls: Vec::new(),
            has_signal,
            has_timeout,
            has_left: false,
            request,
        });
        self.call(caller, names.into_iter().enumerate().map(|(index, name)| (name, index)).collect());
    }

    /// One key, and each of the others by chance.
    pub fn random_names(&mut self, percent: u64) -> Vec<usize> {
        let mut names = vec![self.rng.below(self.plan.keys)];
        for name in 0..self.plan.keys {
            if !names.contains(&name) && self.rng.chance(percent) {
                names.push(name);
            }
        }
        names
    }

    fn random_request(&mut self, is_multi: bool, is_alone: bool) -> Request {
        let timeouts: &[f64] =
            if self.plan.is_impatient { &[3.0, 3.0, 30.0, 0.0, f64::INFINITY] } else { &[3.0, 3.0, 3.0, 30.0, f64::INFINITY] };
        Request {
            expiration: self.rng.pick(&[None, None, None, Some(5.0), Some(1.0)]),
            lock_timeout: self.rng.pick(timeouts),
            stale_if_error: self.rng.pick(&[None, None, None, Some(2.0), Some(f64::INFINITY)]),
            force_refresh: self.rng.chance(8),
            is_multi,
            revalidates: self.rng.pick(&[None, None, None, None, Some(true), Some(false)]),
            outlives: false,
            is_shareable: is_alone && self.rng.chance(85),
        }
    }

    /// User code calls for the request that it runs in.
    pub fn caller_of(&mut self) -> usize {
        if self.depth == 0 { self.new_request() } else { self.request }
    }

    pub fn new_request(&mut self) -> usize {
        self.requests += 1;
        self.beats.insert(self.requests, self.steady());
        self.requests
    }

    /// Asks the machine for some of a caller's keys.
    pub fn call(&mut self, caller: usize, wanted: Vec<(usize, usize)>) {
        let it = &self.callers[caller];
        let (region, asked, request) = (self.current_regions[it.region], it.asked.expect("a call"), it.request);
        let (tags, names) = (it.tags, wanted.iter().map(|(name, _)| *name).collect::<Vec<usize>>());
        say!(self, "caller {caller} of {request} asks region {region} for {wanted:?}: {asked:?}");
        for (name, _) in &wanted {
            let least = self.least_timeout.entry((region, *name)).or_insert(f64::INFINITY);
            *least = least.min(asked.lock_timeout);
        }
        if wanted.len() == 1 && asked.is_shareable && self.peek(caller, region, wanted[0], &asked) {
            return;
        }
        let keys: Vec<u32> = wanted.iter().map(|(name, _)| self.enter(*name)).collect();
        if keys.iter().any(|key| self.machine.is_nested(region, *key, &asked, &self.time)) {
            return self.refuse(caller, keys);
        }
        let outer = self.begin_event(request);
        let ticket = self.machine.called(region, &keys, asked, &self.time);
        let seats =
            wanted.into_iter().map(|(name, index)| Seat { name, takers: vec![(caller, index)], is_done: false }).collect();
        self.callers[caller].calls.push(ticket);
        self.keep_call(ticket, region, Some(asked), seats);
        self.calls.get_mut(&ticket.slot).expect("the call").tags = tags;
        self.end_event(outer);
        self.join_tags(region, &names, tags);
    }

    pub fn keep_call(&mut self, ticket: dogpile::machine::Ticket, region: u32, asked: Option<Request>, seats: Vec<Seat>) {
        let call = Call {
            ticket,
            region,
            asked,
            tags: 0,
            seats,
            request: self.request,
            has_failed: false,
            is_kept_alive: false,
            leads_hung: false,
            watched_by: Vec::new(),
            has_read: Vec::new(),
        };
        assert!(self.calls.insert(ticket.slot, call).is_none(), "the number of a call is used twice");
    }

    /// A creator that asks for its own key could only wait for itself.
    fn refuse(&mut self, caller: usize, keys: Vec<u32>) {
        self.cover.note("reentrant");
        self.fail_caller(caller, Failed::Reentrant);
        let outer = self.begin_event(self.request);
        for key in keys {
            self.machine.leave_key(key);
        }
        self.end_event(outer);
    }

    /// A quick look, where nothing has to be asked first.
    fn peek(&mut self, caller: usize, region: u32, (name, index): (usize, usize), asked: &Request) -> bool {
        let settings = self.regions[&region].settings;
        if !self.plan.peeks || settings.asks_host() || settings.is_observed {
            return false;
        }
        let Some(key) = self.numbers.get(&name).copied() else { return false };
        match self.machine.peek(region, key, asked, &self.time) {
            None => return false,
            Some(Peek::Stale(flight)) => self.take_at_once(caller, flight, Served::Stale, (index, region, name, asked)),
            Some(Peek::Fresh(flight)) => self.take_at_once(caller, flight, Served::Fresh, (index, region, name, asked)),
            Some(Peek::Share(call)) => self.share(caller, index, call, (region, name, asked)),
        }
        true
    }

    fn take_at_once(
        &mut self,
        caller: usize,
        flight: u32,
        how: Served,
        (index, region, name, asked): (usize, u32, usize, &Request),
    ) {
        self.cover.note(if how == Served::Fresh { "peek fresh" } else { "peek stale" });
        self.mark_calm();
        let value = self.value_for(flight, how, name, region, asked);
        self.check_taker(caller, flight, how);
        self.give(caller, index, value);
    }

    fn share(&mut self, caller: usize, index: usize, call: u32, (region, name, asked): (u32, usize, &Request)) {
        self.cover.note("peek share");
        let it = self.calls.get_mut(&call).expect("a call to share with");
        assert!(!it.has_failed && !it.seats[0].is_done, "shares with a call that is over");
        let is_alike = it.asked == Some(*asked) && it.region == region && it.seats.len() == 1 && it.seats[0].name == name;
        assert!(is_alike, "shares with another");
        it.seats[0].takers.push((caller, index));
        let ticket = it.ticket;
        self.callers[caller].calls.push(ticket);
    }

    pub fn enter(&mut self, name: usize) -> u32 {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let next = self.machine.next_key();
        let number = self.machine.enter();
        assert_eq!(next, number);
        assert!(self.names.insert(number, name).is_none(), "the number of a key is used twice");
        self.numbers.insert(name, number);
        number
    }

    pub fn give(&mut self, caller: usize, index: usize, value: u64) {
        say!(self, "    caller {caller} gets {value} for its key {index}");
        let it = &mut self.callers[caller];
        assert!(it.got[index].is_none(), "caller {caller} is answered twice");
        it.got[index] = Some(value);
    }

    pub fn fail_caller(&mut self, caller: usize, why: Failed) {
        say!(self, "    caller {caller} fails: {why:?}");
        self.callers[caller].failed.get_or_insert(why);
    }

    /// A caller whom the chance picks stops waiting.
    pub fn leave(&mut self, by_signal: bool) {
        let leaves = |caller: &Caller| {
            !caller.is_answered() && !caller.has_left && if by_signal { caller.has_signal } else { caller.has_timeout }
        };
        let some: Vec<usize> =
            (0..self.callers.len()).filter(|at| leaves(&self.callers[*at]) && self.is_alive(self.callers[*at].request)).collect();
        let some: Vec<usize> =
            some.into_iter().filter(|at| self.depth == 0 || self.callers[*at].request == self.request).collect();
        if some.is_empty() {
            return;
        }
        let caller = self.rng.pick(&some);
        self.callers[caller].has_left = true;
        say!(self, "caller {caller} leaves, {by_signal}");
        for ticket in self.callers[caller].calls.clone() {
            let outer = self.begin_event(self.callers[caller].request);
            if by_signal {
                self.note_leaving(caller);
                self.machine.aborted(ticket, &self.time);
            } else {
                self.machine.timed_out(ticket, &self.time);
            }
            self.end_event(outer);
        }
        self.cover.note(if by_signal { "aborted" } else { "timed out" });
    }

    fn note_leaving(&mut self, caller: usize) {
        for name in self.callers[caller].names.clone() {
            for region in self.regions.keys() {
                self.left.insert((*region, name), self.events);
            }
        }
    }
}
