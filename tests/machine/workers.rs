//! Timers, and requests that follow each other and die.

use std::collections::BTreeSet;

use dogpile::machine::Ticket;

use crate::world::World;
use crate::world::say;

impl World {
    pub fn set_timer(&mut self, flight: Ticket, milliseconds: f64) {
        assert!(!self.plan.on_workers, "on Workers nobody's timer serves another");
        assert!((0.0..f64::INFINITY).contains(&milliseconds));
        self.timers.insert(flight.slot, (flight, self.steady() + milliseconds));
    }

    pub fn set_round_timer(&mut self, round: Ticket, milliseconds: f64) {
        self.own_request(self.rounds[&round.slot]);
        if milliseconds < f64::INFINITY {
            self.round_timers.insert(round.slot, (self.request, round, self.steady() + milliseconds));
        }
    }

    /// Timers whose time has come.
    pub fn ring(&mut self) {
        let now = self.steady();
        let due: Vec<u32> = self.timers.iter().filter(|(_, (_, at))| *at <= now + 1.0).map(|(slot, _)| *slot).collect();
        for slot in due {
            if let Some((flight, _)) = self.timers.remove(&slot) {
                say!(self, "the timer of {slot} rings");
                let outer = self.begin_event(0);
                self.machine.timer_fired(flight, &self.time);
                self.end_event(outer);
            }
        }
        let due: Vec<u32> = self.round_timers.iter().filter(|(_, (_, _, at))| *at <= now).map(|(slot, _)| *slot).collect();
        for slot in due {
            let Some((request, round, _)) = self.round_timers.remove(&slot) else { continue };
            if self.is_alive(request) {
                self.cover.note("round timer fired");
                let outer = self.begin_event(request);
                self.machine.round_timer_fired(round, &self.time);
                self.end_event(outer);
            }
        }
    }

    pub fn pass(&mut self, seconds: f64) {
        say!(self, "{seconds} seconds pass");
        if !self.plan.on_workers {
            return self.time.pass(seconds);
        }
        for _ in 0..(seconds * 4.0) as usize {
            self.time.pass(0.25);
            self.beat_all();
            self.ring();
        }
    }

    fn late_requests(&mut self) -> Vec<usize> {
        let requests: BTreeSet<usize> =
            self.calls.values().map(|call| call.request).filter(|request| self.is_alive(*request)).collect();
        let late: Vec<usize> = requests.into_iter().filter(|_| self.rng.chance(3)).collect();
        self.was_silent |= late.iter().any(|request| self.is_silent(*request));
        late
    }

    /// Every living request's timer fires; now and then one is late.
    pub fn beat_all(&mut self) {
        let tickets: Vec<(u32, Ticket)> = self.calls.iter().map(|(number, call)| (*number, call.ticket)).collect();
        let late = self.late_requests();
        self.were_silent.clear();
        for (number, ticket) in tickets {
            let Some(request) = self.calls.get(&number).filter(|call| call.ticket == ticket).map(|call| call.request) else {
                continue;
            };
            if !self.is_alive(request) || late.contains(&request) {
                continue;
            }
            if self.is_silent(request) {
                self.were_silent.push(request);
            }
            self.beats.insert(request, self.steady());
            let outer = self.begin_event(request);
            self.machine.beat(ticket, &self.time);
            self.end_event(outer);
        }
        let now = self.steady();
        let idle = |request: &usize, calls: &std::collections::BTreeMap<u32, crate::world::Call>| {
            !calls.values().any(|call| call.request == *request)
        };
        let calls = &self.calls;
        self.beats.iter_mut().filter(|(request, _)| idle(request, calls)).for_each(|(_, at)| *at = now);
    }

    pub fn watch(&mut self, call: Ticket, owner: u32) {
        self.own(call.slot);
        let Some(owner) = self.calls.get_mut(&owner) else { return }; // it has ended meanwhile: the next beat sees that
        if !owner.watched_by.contains(&call) {
            owner.watched_by.push(call);
        }
    }

    pub fn changed(&mut self, call: u32) {
        let it = self.calls.get_mut(&call).expect("a call that has changed");
        let (request, watchers) = (it.request, std::mem::take(&mut it.watched_by));
        assert!(request == self.request || self.is_silent(request), "another's promise is settled");
        self.look_later(watchers);
    }

    /// A request dies, and everything of its own with it.
    pub fn die(&mut self) {
        let living: Vec<usize> = self.calls.values().map(|call| call.request).filter(|request| self.is_alive(*request)).collect();
        if living.is_empty() {
            return;
        }
        let request = self.rng.pick(&living);
        say!(self, "request {request} dies");
        self.cover.note("died");
        self.dead.insert(request);
        for lock in self.locks.values_mut() {
            if matches!(lock.holder, Some(crate::locks::Holder::Here(_, of)) if of == request) {
                lock.holder = None; // its lease ends
            }
        }
    }
}
