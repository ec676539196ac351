//! A backend whose every answer takes some virtual time, and may fail; with locks if wanted.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use dogpile::{Backend, Lock, LockAnswer, Record};

use crate::executor::Clock;
use crate::rng::Rng;

/// How it answers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// The longest that an answer takes; 0 is at once.
    pub slowest: u64,
    /// Of a hundred operations so many fail.
    pub fails: u64,
    pub has_locks: bool,
}

#[derive(Clone)]
pub struct Store(Rc<Inner>);

struct Inner {
    clock: Clock,
    rng: RefCell<Rng>,
    manner: Manner,
    records: RefCell<BTreeMap<String, Record<u64>>>,
    locks: RefCell<BTreeMap<String, Vec<Waker>>>,
    /// What the locks were told of writes that went past them.
    superseded: RefCell<Vec<(String, Option<u64>)>>,
    reads: Cell<u64>,
    /// How many locks were dropped while they were held.
    abandoned: Cell<u64>,
}

impl Store {
    pub fn new(clock: &Clock, seed: u64, manner: Manner) -> Self {
        let rng = RefCell::new(Rng::new(seed));
        Self(Rc::new(Inner {
            clock: clock.clone(),
            rng,
            manner,
            records: RefCell::default(),
            locks: RefCell::default(),
            reads: Cell::new(0),
            abandoned: Cell::new(0),
            superseded: RefCell::default(),
        }))
    }

    pub fn held(&self, key: &str) -> Option<Record<u64>> {
        self.0.records.borrow().get(key).cloned()
    }

    pub fn locks_held(&self) -> usize {
        self.0.locks.borrow().len()
    }

    pub fn abandoned(&self) -> u64 {
        self.0.abandoned.get()
    }

    pub fn superseded(&self) -> Vec<(String, Option<u64>)> {
        self.0.superseded.take()
    }

    pub fn reads(&self) -> u64 {
        self.0.reads.get()
    }

    async fn answer(&self) -> Result<(), &'static str> {
        let (wait, fails) = {
            let mut rng = self.0.rng.borrow_mut();
            (rng.below(self.0.manner.slowest as usize + 1) as u64, rng.chance(self.0.manner.fails))
        };
        if wait > 0 {
            self.0.clock.sleep(wait).await;
        }
        if fails { Err("the store has failed") } else { Ok(()) }
    }
}

impl Backend<u64> for Store {
    type Error = &'static str;
    type Lock = StoreLock;

    async fn get(&self, key: &str) -> Result<Option<Record<u64>>, &'static str> {
        self.0.reads.set(self.reads() + 1);
        self.answer().await?;
        Ok(self.held(key))
    }

    async fn set(&self, key: &str, record: Record<u64>, _keep_for: Option<Duration>) -> Result<(), &'static str> {
        self.answer().await?;
        self.0.records.borrow_mut().insert(key.to_owned(), record);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), &'static str> {
        self.answer().await?;
        self.0.records.borrow_mut().remove(key);
        Ok(())
    }

    fn has_locks(&self) -> bool {
        self.0.manner.has_locks
    }

    fn lock(&self, key: &str) -> Option<StoreLock> {
        Some(StoreLock { store: self.clone(), key: key.to_owned(), is_held: false })
    }
}

/// A lock that all regions over the store share.
pub struct StoreLock {
    store: Store,
    key: String,
    is_held: bool,
}

impl Lock<u64> for StoreLock {
    async fn acquire(&mut self, wait: bool) -> LockAnswer {
        if self.store.answer().await.is_err() {
            return LockAnswer::Failed;
        }
        self.is_held = poll_fn(|context| {
            let mut locks = self.store.0.locks.borrow_mut();
            match locks.get_mut(&self.key) {
                None => {
                    locks.insert(self.key.clone(), Vec::new());
                    Poll::Ready(true)
                }
                Some(_) if !wait => Poll::Ready(false),
                Some(waiting) => {
                    waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await;
        if self.is_held { LockAnswer::Granted } else { LockAnswer::Busy }
    }

    async fn supersede(&mut self, stored: Option<&Record<u64>>) {
        self.store.0.superseded.borrow_mut().push((self.key.clone(), stored.map(|record| record.value)));
    }

    async fn release(mut self, _stored: Option<&Record<u64>>) {
        let _ = self.store.answer().await;
        self.free();
    }
}

impl StoreLock {
    fn free(&mut self) {
        if std::mem::take(&mut self.is_held) {
            let waiting = self.store.0.locks.borrow_mut().remove(&self.key);
            waiting.into_iter().flatten().for_each(Waker::wake);
        }
    }
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        let abandoned = &self.store.0.abandoned;
        abandoned.set(abandoned.get() + u64::from(self.is_held));
        self.free();
    }
}
