//! One schedule: its steps, then everything settles, and nothing may be left.

use dogpile::machine::{Counts, Settings, Ticket, Time};

use crate::cover::Cover;
use crate::garbage;
use crate::locks::Holder;
use crate::operations::What;
use crate::plan::{Kind, Plan, Step, settings};
use crate::rng::Rng;
use crate::world::say;
use crate::world::{Call, Failed, World};

/// What each caller got.
pub type Answers = Vec<(Vec<Option<u64>>, Option<Failed>)>;

pub struct Result {
    pub cover: Cover,
    pub answers: Answers,
    pub counts: Vec<Counts>,
    pub callers: usize,
}

pub fn run(plan: &Plan, steps: &[Step], is_loud: bool) -> Result {
    let mut world = World::new(plan.clone(), is_loud);
    for step in steps {
        world.rng = Rng::new(step.chance);
        say!(world, "{:?} at {}", step.kind, world.time.now());
        world.step(step.kind);
        if plan.hears_garbage {
            garbage::tell(&mut world.machine, &world.time, &mut world.rng);
        }
    }
    world.rng = Rng::new(1);
    world.finish();
    let answers = world.callers.iter().map(|caller| (caller.got.clone(), caller.failed)).collect();
    let counts = world.regions.keys().map(|region| world.machine.counts(*region)).collect();
    for region in world.regions.keys() {
        world.machine.remove_region(*region);
    }
    Result { cover: world.cover, answers, counts, callers: world.callers.len() }
}

impl World {
    pub fn step(&mut self, kind: Kind) {
        match kind {
            Kind::Call => self.random_call(),
            Kind::Write => self.random_write(),
            Kind::Invalidate => self.invalidate(),
            Kind::Settle => _ = self.settle_one(),
            Kind::Pass => {
                let seconds = self.rng.pick(&[0.25, 0.5, 1.0, 1.0, 2.0, 3.0, 4.0]);
                self.pass(seconds);
            }
            Kind::Ring => self.ring(),
            Kind::Abort => self.leave(true),
            Kind::TimeOut => self.leave(false),
            Kind::Configure => self.configure(),
            Kind::Retire => self.retire(),
            Kind::Elsewhere => self.elsewhere(),
            Kind::Die => self.die(),
        }
    }

    /// What a creator, a backend or another function of the user's may do before it returns.
    pub fn user_code(&mut self, percent: u64) {
        if !self.plan.nests || self.depth >= 2 || !self.rng.chance(percent) {
            return;
        }
        self.depth += 1;
        say!(self, "  user code calls back");
        match self.rng.below(10) {
            0..=4 => self.random_call(),
            5..=6 => self.random_write(),
            7 => self.invalidate(),
            8 => self.leave(true),
            _ => self.leave(false),
        }
        self.depth -= 1;
    }

    fn invalidate(&mut self) {
        if self.regions.values().any(|region| region.settings.has_tags) && self.rng.chance(70) {
            return self.invalidate_tags();
        }
        let region = self.rng.pick(&self.current_regions.clone());
        let hard = self.rng.chance(50);
        let stamp = self.time.stamp();
        say!(self, "region {region} is invalidated, hard: {hard}");
        let request = self.caller_of();
        let outer = self.begin_event(request);
        let it = self.regions.get_mut(&region).expect("a region");
        it.invalidated = self.events;
        *(if hard { &mut it.times.hard } else { &mut it.times.soft }) = stamp;
        let stamp = if it.settings.has_strategy { f64::NAN } else { stamp };
        self.machine.invalidate(region, hard, stamp, &self.time);
        self.end_event(outer);
    }

    fn configure(&mut self) {
        let region = self.rng.pick(&self.current_regions.clone());
        let old = self.regions[&region].settings;
        let Settings { coalesces, has_locks, has_strategy, has_tags, refreshes, .. } = old;
        let fresh = settings(&mut self.rng, true, true);
        let settings = Settings { coalesces, has_locks, has_strategy, has_tags, refreshes, ..fresh };
        let request = self.new_request();
        let outer = self.begin_event(request);
        let is_new = self.rng.chance(80);
        let it = self.regions.get_mut(&region).expect("a region");
        it.settings = settings;
        if is_new {
            it.reconfigured = self.events;
        }
        self.machine.configure(region, settings, is_new, &self.time);
        self.end_event(outer);
    }

    fn retire(&mut self) {
        let index = self.rng.below(self.current_regions.len());
        let region = self.current_regions[index];
        let settings = self.regions[&region].settings;
        let request = self.new_request();
        let outer = self.begin_event(request);
        self.regions.get_mut(&region).expect("a region").reconfigured = self.events;
        self.current_regions[index] = self.add_region(settings);
        self.machine.retire(region, &self.time);
        self.end_event(outer);
    }

    fn finish(&mut self) {
        say!(self, "now everything settles");
        self.settle_all();
        self.check_answers();
        self.is_ending = true;
        for (request, batch) in std::mem::take(&mut self.hung) {
            self.put_off(request, What::Create { batch, waits_for: None });
        }
        for (request, flight) in std::mem::take(&mut self.hung_runs) {
            self.put_off(request, What::RunnerRelease { flight });
        }
        for operation in &mut self.open {
            if let What::Create { waits_for, .. } = &mut operation.what {
                *waits_for = None;
            }
        }
        self.settle_all();
        let stuck = self.callers.iter().position(|caller| !caller.is_answered() && self.is_alive(caller.request));
        assert!(stuck.is_none(), "caller {stuck:?} waits though nothing hangs any more");
        self.check_nothing_is_left();
    }

    fn settle_all(&mut self) {
        let mut quiet = 0;
        for round in 0.. {
            assert!(round < 20_000, "it never ends");
            if self.settle_one() {
                quiet = 0;
                continue;
            }
            self.unblock();
            quiet += 1;
            if self.open.is_empty() && quiet > 40 && self.timers.is_empty() && self.round_timers.is_empty() {
                return;
            }
            if quiet > 200 {
                return;
            }
            self.pass(1.0);
            self.ring();
        }
    }

    /// Others release their locks; a lock that never comes counts as failed; a creator that waits for itself hangs.
    fn unblock(&mut self) {
        let elsewhere = |(name, lock): (&usize, &crate::locks::Lock)| (lock.holder == Some(Holder::Elsewhere)).then_some(*name);
        let held: Vec<usize> = self.locks.iter().filter_map(elsewhere).collect();
        for name in held {
            self.release_elsewhere(name);
        }
        let waits = |operation: &&mut crate::operations::Operation| {
            matches!(operation.what, What::Lock { wait: true, is_late: false, .. })
        };
        if let Some(operation) = self.open.iter_mut().find(waits)
            && let What::Lock { is_late, .. } = &mut operation.what
        {
            *is_late = true;
        }
    }

    fn check_answers(&self) {
        let hangs = self.ever_hung || self.open.iter().any(|operation| matches!(operation.what, What::Create { .. }));
        for (number, caller) in self.callers.iter().enumerate() {
            if caller.is_answered() || !self.is_alive(caller.request) {
                continue;
            }
            let is_endless = caller.asked.is_some_and(|asked| asked.lock_timeout == f64::INFINITY);
            let leads = |ticket: &Ticket| {
                let call = self.calls.get(&ticket.slot).filter(|call| call.ticket == *ticket);
                call.is_some_and(|call| call.leads_hung && !call.is_shared())
            };
            let leads = caller.calls.iter().any(leads) || self.leads_one_that_waits(caller.calls.as_slice());
            assert!(hangs && (leads || is_endless || self.is_held_up()), "caller {number} waits for ever: {caller:?}");
        }
    }

    /// Whether a call of many keys with all the patience there is waits for a creator before it asks for its other locks.
    fn is_held_up(&self) -> bool {
        let holds_up = |call: &Call| call.asked.is_some_and(|asked| asked.is_multi && asked.lock_timeout == f64::INFINITY);
        self.calls.values().any(|call| self.regions[&call.region].settings.has_locks && holds_up(call))
    }

    fn leads_one_that_waits(&self, calls: &[Ticket]) -> bool {
        let is_alone = |call: &Ticket| self.calls.get(&call.slot).is_some_and(|it| it.ticket == *call && !it.is_shared());
        let waits = |what: &What| match what {
            What::Create { batch, .. } if self.machine.expects_batch(*batch) => {
                calls.iter().any(|call| call.slot == self.machine.call_of(*batch) && is_alone(call))
            }
            _ => false,
        };
        self.open.iter().any(|operation| waits(&operation.what))
    }

    fn check_nothing_is_left(&mut self) {
        if !self.dead.is_empty() {
            return;
        }
        assert_eq!(self.machine.sizes(), [0; 6], "something is left");
        let tables =
            [self.calls.len(), self.flights.len(), self.batches.len(), self.rounds.len(), self.writes.len(), self.names.len()];
        assert_eq!(tables, [0; 6], "the host was not told");
        assert!(self.timers.is_empty() && self.round_timers.is_empty(), "a timer is left");
        let held = self.locks.values().find(|lock| matches!(lock.holder, Some(Holder::Here(..))));
        assert!(held.is_none(), "a lock is left");
        assert!(self.flying.values().all(|count| *count == 0));
    }
}
