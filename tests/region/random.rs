//! Random schedules: callers, writers and invalidations of a few keys, some of which are dropped or, as on Workers, never heard of again.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use dogpile::{CallOptions, Error, Invalidate, Lookup, Region, SetOptions};

use crate::executor::{Clock, Executor};
use crate::rng::Rng;
use crate::store::{Manner, Store};

const KEYS: [&str; 3] = ["a", "b", "c"];
const TAGS: [&str; 2] = ["x", "y"];
const LOCK_TIMEOUT: u64 = 1_000;

type Small = Region<u64, u64, Store, Clock>;

/// What has happened to a key. Everything that happens has a number.
#[derive(Default)]
struct Key {
    /// The latest write, hard invalidation or fence that had ended, and the latest that had begun.
    ended: u64,
    begun: u64,
    /// The latest write that had ended.
    written: u64,
    /// Who creates: when that caller came, and the time at which its creator was called.
    creators: BTreeMap<u64, (u64, u64)>,
}

/// The latest hard invalidation of each tag, and the latest of any kind.
#[derive(Clone, Copy, Default)]
struct Ends {
    hard: [u64; 2],
    any: [u64; 2],
}

#[derive(Clone)]
struct World {
    clock: Clock,
    region: Small,
    rng: Rc<RefCell<Rng>>,
    keys: Rc<RefCell<BTreeMap<&'static str, Key>>>,
    events: Rc<Cell<u64>>,
    ends: Rc<Cell<Ends>>,
    /// The tags that each value has for sure. A value is the number of the event at which it was begun.
    tags: Rc<RefCell<BTreeMap<u64, Vec<&'static str>>>>,
    may_fail: bool,
    is_workers: bool,
}

/// A creator that runs: it has ended when this is dropped.
struct Creating {
    world: World,
    key: &'static str,
    number: u64,
}

impl Drop for Creating {
    fn drop(&mut self) {
        self.world.keys.borrow_mut().entry(self.key).or_default().creators.remove(&self.number);
    }
}

impl World {
    fn next(&self) -> u64 {
        self.events.set(self.events.get() + 1);
        self.events.get()
    }

    fn below(&self, count: usize) -> usize {
        self.rng.borrow_mut().below(count)
    }

    fn chance(&self, percent: u64) -> bool {
        self.rng.borrow_mut().chance(percent)
    }

    fn key(&self) -> &'static str {
        KEYS[self.below(KEYS.len())]
    }

    /// A creator is called. Another one may run only if it was fenced or is late, or, on Workers, if its request is not heard of.
    fn begin(&self, key: &'static str, came: u64) -> Creating {
        let number = self.next();
        let mut keys = self.keys.borrow_mut();
        let it = keys.entry(key).or_default();
        for (since, at) in it.creators.values() {
            let is_late = self.clock.milliseconds() >= at + LOCK_TIMEOUT;
            assert!(is_late || it.begun > *since.min(&came) || self.is_workers, "two creators for {key}");
        }
        it.creators.insert(number, (came, self.clock.milliseconds()));
        Creating { world: self.clone(), key, number }
    }

    fn some_tags(&self) -> Vec<&'static str> {
        TAGS.into_iter().filter(|_| self.chance(30)).collect()
    }

    /// Nobody gets what a tag had ended before he came, nor as fresh what it had made stale.
    fn check_tags(&self, ends: &Ends, value: u64, is_fresh: bool) {
        let tags = self.tags.borrow();
        for tag in tags.get(&value).into_iter().flatten() {
            let place = TAGS.iter().position(|other| other == tag).expect("a known tag");
            assert!(value > ends.hard[place], "{value} is served, which its tag {tag} has ended");
            assert!(!is_fresh || value > ends.any[place], "{value} is served as fresh, which its tag {tag} has made stale");
        }
    }

    fn invalidate_tags(&self) {
        let (number, is_hard, place) = (self.next(), self.chance(50), self.below(TAGS.len()));
        self.region.invalidate_tags(&[TAGS[place]], if is_hard { Invalidate::Hard } else { Invalidate::Soft });
        let mut ends = self.ends.get();
        ends.any[place] = number;
        if is_hard {
            ends.hard[place] = number;
        }
        self.ends.set(ends);
        for key in KEYS {
            self.keys.borrow_mut().entry(key).or_default().begun = number; // it may fence any creation
        }
    }

    async fn get(self) {
        let (key, ends) = (self.key(), self.ends.get());
        if let Ok(Some(value)) = self.region.get(key).await {
            self.check_tags(&ends, value, true);
        }
    }

    async fn create(&self, key: &'static str, came: u64, tags: &[&'static str]) -> Result<u64, u64> {
        let creating = self.begin(key, came);
        self.tags.borrow_mut().insert(creating.number, tags.to_vec());
        let milliseconds = if self.chance(5) { 3_000 } else { self.below(40) as u64 };
        if milliseconds > 0 {
            self.clock.sleep(milliseconds).await;
        }
        if self.may_fail && self.chance(10) { Err(creating.number) } else { Ok(creating.number) }
    }

    /// Nobody gets what was replaced before he came.
    fn check(key: &'static str, floor: u64, value: u64) {
        assert!(value >= floor, "{key} gives {value}, but {floor} came before the call");
    }

    fn floor(&self, key: &'static str) -> u64 {
        self.keys.borrow_mut().entry(key).or_default().ended
    }

    async fn call(self) {
        let (key, came) = (self.key(), self.next());
        let floor = self.floor(key);
        let options = CallOptions::default().force_refresh(self.chance(10));
        let options = if self.chance(30) { options.expiration(Duration::from_millis(50)) } else { options };
        let (tags, ends) = (self.some_tags(), self.ends.get());
        let options = options.tags(tags.iter().copied());
        match self.region.get_or_create_with(key, &options, async || self.create(key, came, &tags).await).await {
            Ok(value) => {
                Self::check(key, floor, value);
                self.check_tags(&ends, value, false);
            }
            Err(error) => assert!(self.may_fail || error == Error::TimedOut, "{error}"),
        }
    }

    async fn calls(self) {
        let (keys, came) = ([KEYS[0], KEYS[2]], self.next());
        let floors = keys.map(|key| self.floor(key));
        let (tags, ends) = (self.some_tags(), self.ends.get());
        let create = async |wanted: Vec<&str>| {
            let mut values = Vec::new();
            for key in KEYS.iter().filter(|key| wanted.contains(key)) {
                let creating = self.begin(key, came);
                self.tags.borrow_mut().insert(creating.number, tags.clone());
                values.push(creating);
            }
            self.clock.sleep(self.below(40) as u64 + 1).await;
            Ok(values.iter().map(|creating| creating.number).collect())
        };
        let options = CallOptions::default().tags(tags.iter().copied());
        if let Ok(values) = self.region.get_or_create_many_with(&keys, &options, create).await {
            for value in &values {
                self.check_tags(&ends, *value, false);
            }
            keys.iter().zip(floors).zip(values).for_each(|((key, floor), value)| Self::check(key, floor, value));
        }
    }

    async fn look_up(self) {
        let (key, came) = (self.key(), self.next());
        let floor = self.floor(key);
        let (tags, ends) = (self.some_tags(), self.ends.get());
        match self.region.look_up_with(key, &CallOptions::default().tags(tags.iter().copied())).await {
            Lookup::Fresh(value) => {
                Self::check(key, floor, value);
                self.check_tags(&ends, value, true);
            }
            Lookup::Stale(value) | Lookup::Joined(Ok(value)) => {
                Self::check(key, floor, value);
                self.check_tags(&ends, value, false);
            }
            Lookup::Joined(Err(_)) => {}
            Lookup::Vacant(vacancy) => match self.create(key, came, &tags).await {
                Ok(value) if self.chance(70) => _ = vacancy.fill(value).await,
                Ok(value) if self.chance(50) => vacancy.pass(value),
                Ok(_) => drop(vacancy),
                Err(error) => vacancy.fail(error),
            },
        }
    }

    async fn write(self) {
        let key = self.key();
        let number = self.next();
        self.keys.borrow_mut().entry(key).or_default().begun = number;
        let tags = self.some_tags();
        self.tags.borrow_mut().insert(number, tags.clone());
        let options = SetOptions::default().tags(tags);
        let is_done =
            if self.chance(60) { self.region.set_with(key, number, &options).await } else { self.region.delete(key).await };
        if is_done.is_ok() {
            let mut keys = self.keys.borrow_mut();
            let it = keys.entry(key).or_default();
            it.ended = it.ended.max(number);
            it.written = it.written.max(number);
        }
    }

    fn invalidate(&self) {
        let (number, is_hard) = (self.next(), self.chance(50));
        self.region.invalidate(if is_hard { Invalidate::Hard } else { Invalidate::Soft });
        for key in KEYS {
            let mut keys = self.keys.borrow_mut();
            let it = keys.entry(key).or_default();
            it.begun = number;
            if is_hard {
                it.ended = number;
            }
        }
    }

    fn random(&self, executor: &mut Executor) -> usize {
        match self.below(11) {
            0..5 => executor.spawn(self.clone().call()),
            5 => executor.spawn(self.clone().calls()),
            6 | 7 => executor.spawn(self.clone().look_up()),
            8 => executor.spawn(self.clone().get()),
            _ => executor.spawn(self.clone().write()),
        }
    }
}

fn play(seed: u64, is_workers: bool) {
    let mut rng = Rng::new(seed);
    let clock = if is_workers { Clock::of_workers() } else { Clock::default() };
    let manner = Manner { slowest: rng.below(12) as u64, fails: if rng.chance(30) { 10 } else { 0 }, has_locks: rng.chance(40) };
    let mut early = Rng::new(seed ^ 0xea51);
    let (beta, jitter) = if early.chance(40) { (1.0, 0.5) } else { (0.0, 0.0) };
    let region: Small = Region::builder(Store::new(&clock, seed, manner), clock.clone())
        .expiration(Duration::from_millis(200))
        .lock_timeout(Duration::from_millis(LOCK_TIMEOUT))
        .early_refresh(beta)
        .jitter(jitter)
        .build();
    let world = World {
        clock: clock.clone(),
        region: region.clone(),
        rng: Rc::new(RefCell::new(Rng::new(seed ^ 0x5eed))),
        keys: Rc::default(),
        events: Rc::default(),
        ends: Rc::default(),
        tags: Rc::default(),
        may_fail: rng.chance(40),
        is_workers,
    };
    let mut executor = Executor::new(clock.clone());
    for _ in 0..(20 + rng.below(200)) {
        clock.set_random(early.below(1_000) as f64 / 1_000.0);
        match rng.below(20) {
            0..6 => _ = world.random(&mut executor),
            6 if rng.chance(20) => world.invalidate(),
            6 if rng.chance(40) => world.invalidate_tags(),
            7 if !executor.living().is_empty() => {
                let victim = rng.pick(&executor.living());
                if is_workers { executor.kill(victim) } else { executor.drop_task(victim) }
            }
            _ => _ = executor.step(&mut rng),
        }
    }
    executor.run(&mut rng);
    if !is_workers {
        assert_eq!(region.sizes(), [0; 6], "something is left");
        assert_eq!(region.backend().locks_held(), 0, "a lock is left");
    }
    if manner.fails == 0 && !is_workers {
        for (key, it) in world.keys.borrow().iter() {
            let held = region.backend().held(key);
            assert!(held.is_none_or(|record| record.value >= it.written), "{key} holds what was replaced");
        }
    }
}

fn play_all(is_workers: bool, count: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    if let Some(seed) = number("SEED") {
        return play(seed, is_workers);
    }
    for seed in 0..number("SCHEDULES").unwrap_or(count) {
        if let Err(panic) = std::panic::catch_unwind(|| play(seed, is_workers)) {
            eprintln!("SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn whoever_is_dropped_everyone_else_is_answered_and_nothing_is_left() {
    play_all(false, 3_000);
}

#[test]
fn whoever_is_not_heard_of_any_more_everyone_else_is_answered() {
    play_all(true, 1_000);
}
