//! Tasks of one thread, polled in random order; a clock that goes on when nothing is ready.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use dogpile::Runtime;
use dogpile::runtime::Wait;

use crate::rng::Rng;

type Sleep = Pin<Box<dyn Future<Output = ()>>>;

/// Virtual time, and who sleeps in it. `period`: as on Workers, where a request that ends says nothing.
#[derive(Clone, Default)]
pub struct Clock(Rc<Inner>);

#[derive(Default)]
struct Inner {
    milliseconds: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), Waker>>,
    last: Cell<u64>,
    period: Cell<Option<Duration>>,
    random: Cell<f64>,
    beats: RefCell<Vec<Rc<Beat>>>,
}

/// What beats while its request lives.
pub struct Beat {
    alive: Box<dyn Fn()>,
    request: usize,
}

thread_local! {
    /// The task that is being polled.
    pub static REQUEST: Cell<usize> = const { Cell::new(0) };
}

impl Clock {
    pub fn of_workers() -> Self {
        let clock = Self::default();
        clock.0.period.set(Some(Duration::from_millis(250)));
        clock
    }

    pub fn milliseconds(&self) -> u64 {
        self.0.milliseconds.get()
    }

    /// Time passes while nobody sleeps.
    pub fn pass(&self, milliseconds: u64) {
        self.0.milliseconds.set(self.milliseconds() + milliseconds);
    }

    /// The random number that regions get from now on.
    pub fn set_random(&self, random: f64) {
        self.0.random.set(random);
    }

    pub fn sleep(&self, milliseconds: u64) -> Sleep {
        let clock = self.0.clone();
        let until = clock.milliseconds.get() + milliseconds;
        let id = clock.last.get() + 1;
        clock.last.set(id);
        Box::pin(poll_fn(move |context| {
            if clock.milliseconds.get() >= until {
                return Poll::Ready(());
            }
            clock.sleepers.borrow_mut().insert((until, id), context.waker().clone());
            Poll::Pending
        }))
    }

    /// Goes on to when the next one wakes; `false` if nobody sleeps.
    fn go_on(&self) -> bool {
        let Some(((until, _), waker)) = self.0.sleepers.borrow_mut().pop_first() else { return false };
        self.0.milliseconds.set(until.max(self.milliseconds()));
        waker.wake();
        true
    }
}

impl Runtime for Clock {
    type Wakeup = Wait<Sleep>;
    type Beat = Rc<Beat>;

    fn now(&self) -> f64 {
        1_700_000_000.0 + self.milliseconds() as f64 / 1_000.0
    }

    fn steady(&self) -> f64 {
        self.milliseconds() as f64
    }

    fn wakeup(&self, at_latest: Option<Duration>) -> Wait<Sleep> {
        Wait::new(at_latest.map(|at_latest| self.sleep(at_latest.as_millis() as u64)))
    }

    fn random(&self) -> f64 {
        self.0.random.get()
    }

    fn period(&self) -> Option<Duration> {
        self.0.period.get()
    }

    fn beat(&self, alive: Box<dyn Fn()>) -> Rc<Beat> {
        let beat = Rc::new(Beat { alive, request: REQUEST.get() });
        self.0.beats.borrow_mut().push(beat.clone());
        beat
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    flag: Arc<Flag>,
}

/// Everything that runs.
pub struct Executor {
    pub clock: Clock,
    tasks: Vec<Option<Task>>,
    /// Tasks that are never polled again, and never dropped.
    killed: Vec<Task>,
    next_beat: u64,
}

impl Executor {
    pub fn new(clock: Clock) -> Self {
        Self { clock, tasks: Vec::new(), killed: Vec::new(), next_beat: 250 }
    }

    pub fn spawn(&mut self, future: impl Future<Output = ()> + 'static) -> usize {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        self.tasks.push(Some(Task { future: Box::pin(future), flag }));
        self.tasks.len() - 1
    }

    pub fn living(&self) -> Vec<usize> {
        (0..self.tasks.len()).filter(|task| self.tasks[*task].is_some()).collect()
    }

    pub fn drop_task(&mut self, task: usize) {
        self.tasks[task] = None;
    }

    pub fn kill(&mut self, task: usize) {
        self.killed.extend(self.tasks[task].take());
    }

    /// Polls one task that is ready, by chance, or lets time go on. `false` when nothing is left to happen.
    pub fn step(&mut self, rng: &mut Rng) -> bool {
        let is_ready = |task: &Option<Task>| task.as_ref().is_some_and(|task| task.flag.0.load(Ordering::Relaxed));
        let ready: Vec<usize> = (0..self.tasks.len()).filter(|task| is_ready(&self.tasks[*task])).collect();
        if ready.is_empty() {
            let went_on = self.living().is_empty() || self.clock.go_on();
            self.beat();
            return went_on && !self.living().is_empty();
        }
        self.poll(rng.pick(&ready));
        true
    }

    pub fn poll(&mut self, number: usize) {
        let Some(task) = &mut self.tasks[number] else { return };
        task.flag.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(task.flag.clone());
        REQUEST.set(number);
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.tasks[number] = None;
        }
    }

    /// The intervals of requests that live.
    fn beat(&mut self) {
        while self.clock.milliseconds() >= self.next_beat {
            self.next_beat += 250;
            let beats = self.clock.0.beats.borrow().clone();
            for beat in beats.iter().filter(|beat| Rc::strong_count(beat) > 2 && self.tasks[beat.request].is_some()) {
                (beat.alive)();
            }
            drop(beats);
            self.clock.0.beats.borrow_mut().retain(|beat| Rc::strong_count(beat) > 1);
        }
    }

    /// Runs everything to its end.
    pub fn run(&mut self, rng: &mut Rng) {
        for _ in 0..1_000_000 {
            if !self.step(rng) {
                assert!(self.living().is_empty(), "{} tasks wait for ever: {:?}", self.living().len(), self.living());
                return;
            }
        }
        panic!("there is no end");
    }
}
