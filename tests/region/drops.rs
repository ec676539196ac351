//! A future that is dropped at any of its polls leaves nothing locked, nobody waiting and nothing behind.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use dogpile::{Lookup, Region};

use crate::executor::{Clock, Executor};
use crate::rng::Rng;
use crate::store::{Manner, Store};

type Small = Region<u64, &'static str, Store, Clock>;

/// What is dropped.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Call,
    Calls,
    Vacancy,
    Set,
    Delete,
}

const VICTIMS: [Victim; 5] = [Victim::Call, Victim::Calls, Victim::Vacancy, Victim::Set, Victim::Delete];

async fn run(victim: Victim, region: Small, clock: Clock) {
    match victim {
        Victim::Call => {
            let create = async || {
                clock.sleep(20).await;
                Ok(1)
            };
            _ = region.get_or_create("a", create).await;
        }
        Victim::Calls => {
            let create = async |keys: Vec<&str>| {
                clock.sleep(20).await;
                Ok(vec![1; keys.len()])
            };
            _ = region.get_or_create_many(&["a", "b"], create).await;
        }
        Victim::Vacancy => {
            if let Lookup::Vacant(vacancy) = region.look_up("a").await {
                clock.sleep(20).await;
                _ = vacancy.fill(1).await;
            }
        }
        Victim::Set => _ = region.set("a", 1).await,
        Victim::Delete => _ = region.delete_many(&["a", "b"]).await,
    }
}

/// Drops the victim after so many of its polls, among others that come before and after it: whether it was still there.
fn drop_after(polls: usize, victim: Victim, manner: Manner, seed: u64) -> bool {
    let clock = if seed.is_multiple_of(2) { Clock::default() } else { Clock::of_workers() };
    let region: Small =
        Region::builder(Store::new(&clock, seed, manner), clock.clone()).lock_timeout(Duration::from_secs(5)).build();
    let mut executor = Executor::new(clock.clone());
    let (polled, others) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(0)));
    for other in 0..6 {
        let (region, clock, others) = (region.clone(), clock.clone(), others.clone());
        executor.spawn(async move {
            clock.sleep(other * 7 % 30).await;
            let value = match other {
                3 => region.set("a", 100).await.map(|()| 100).map_err(drop),
                _ => region.get_or_create("a", async || Ok(other + 10)).await.map_err(drop),
            };
            assert!(value.is_ok());
            *others.borrow_mut() += 1;
        });
    }
    let (of, counts, running) = (region.clone(), polled.clone(), clock.clone());
    let task = executor.spawn(async move {
        let mut future = Box::pin(run(victim, of, running));
        std::future::poll_fn(|context| {
            counts.set(counts.get() + 1);
            future.as_mut().poll(context)
        })
        .await;
    });
    let mut rng = Rng::new(seed);
    let mut is_dropped = false;
    while executor.step(&mut rng) {
        if polled.get() == polls && !is_dropped {
            is_dropped = executor.living().contains(&task);
            executor.drop_task(task);
            if !is_dropped {
                break;
            }
        }
    }
    executor.run(&mut rng);
    assert_eq!(*others.borrow(), 6, "{victim:?} dropped after {polls} polls: somebody was not answered");
    assert_eq!(region.sizes(), [0; 6], "{victim:?} dropped after {polls} polls leaves something behind");
    assert_eq!(region.backend().locks_held(), 0, "{victim:?} dropped after {polls} polls holds a lock");
    assert!(
        clock.milliseconds() < 700,
        "{victim:?} dropped after {polls} polls: somebody has waited for a timeout, or a heartbeat"
    );
    is_dropped
}

#[test]
fn whatever_is_dropped_at_whatever_poll_everyone_else_is_answered_at_once() {
    let mut drops = 0;
    for victim in VICTIMS {
        for has_locks in [false, true] {
            for seed in 0..40 {
                let manner = Manner { slowest: 1 + seed % 9, fails: 0, has_locks };
                let most = (0..200).find(|polls| !drop_after(*polls, victim, manner, seed));
                drops += most.expect("an end");
            }
        }
    }
    assert!(drops > 1_000, "{drops}");
}
