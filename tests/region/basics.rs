//! What each method does, by small examples.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use dogpile::{CallOptions, Error, Invalidate, Lookup, Region};

use crate::executor::{Clock, Executor};
use crate::rng::Rng;
use crate::store::{Manner, Store};

pub type Small = Region<u64, &'static str, Store, Clock>;

const SLOW: Manner = Manner { slowest: 5, fails: 0, has_locks: false };
const LOCKED: Manner = Manner { slowest: 5, fails: 0, has_locks: true };

fn region(clock: &Clock, manner: Manner) -> Small {
    Region::builder(Store::new(clock, 1, manner), clock.clone())
        .expiration(Duration::from_secs(10))
        .lock_timeout(Duration::from_secs(5))
        .build()
}

/// Runs one scenario over each kind of backend, alone.
pub fn each<F: Future<Output = ()> + 'static>(scenario: impl Fn(Clock, Small) -> F) {
    for clock in [Clock::default, Clock::of_workers] {
        for manner in [Manner::default(), SLOW, LOCKED] {
            let clock = clock();
            let region = region(&clock, manner);
            let mut executor = Executor::new(clock.clone());
            executor.spawn(scenario(clock, region.clone()));
            executor.run(&mut Rng::new(1));
            assert_eq!(region.sizes(), [0; 6], "{manner:?}");
            assert_eq!(region.backend().locks_held(), 0, "{manner:?}");
        }
    }
}

#[test]
fn a_value_is_created_once_then_served_then_created_anew_when_it_has_expired() {
    each(|clock, region| async move {
        assert_eq!(region.get_or_create("key", async || Ok(1)).await, Ok(1));
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
        assert_eq!(region.get("key").await, Ok(Some(1)));
        clock.sleep(10_001).await;
        assert_eq!(region.get("key").await, Ok(None));
        assert_eq!(region.get_or_create("key", async || Ok(3)).await, Ok(3));
        assert_eq!(region.get_or_create_with("key", &CallOptions::default().force_refresh(true), async || Ok(4)).await, Ok(4));
        assert_eq!(region.counts().creations, 3);
        assert_eq!(region.backend().abandoned(), 0, "a lock was dropped, not released");
    });
}

/// All callers of one key at once, in tasks of their own.
fn crowd(manner: Manner, clock: &Clock, callers: usize) -> (Vec<Result<u64, Error<&'static str>>>, usize, u64) {
    let region = region(clock, manner);
    let (answers, creations) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));
    let mut executor = Executor::new(clock.clone());
    for _ in 0..callers {
        let (region, clock, answers, creations) = (region.clone(), clock.clone(), answers.clone(), creations.clone());
        executor.spawn(async move {
            let create = async || {
                creations.set(creations.get() + 1);
                clock.sleep(20).await;
                Ok(7)
            };
            let answer = region.get_or_create("key", create).await;
            answers.borrow_mut().push(answer);
        });
    }
    executor.run(&mut Rng::new(3));
    assert_eq!(region.sizes(), [0; 6]);
    (answers.take(), creations.get(), region.backend().reads())
}

#[test]
fn a_thousand_callers_are_one_creation_and_one_read() {
    for clock in [Clock::default, Clock::of_workers] {
        let (answers, creations, reads) = crowd(SLOW, &clock(), 1_000);
        assert!(answers.len() == 1_000 && answers.iter().all(|answer| *answer == Ok(7)));
        assert_eq!((creations, reads), (1, 1));
        let (answers, creations, _) = crowd(LOCKED, &clock(), 100);
        assert_eq!((answers.len(), creations), (100, 1));
    }
}

#[test]
fn all_who_wait_are_told_what_the_creator_has_failed_with() {
    each(|_, region| async move {
        assert_eq!(region.get_or_create("key", async || Err("no origin")).await, Err(Error::Creator("no origin")));
        assert_eq!(region.get_or_create("key", async || Ok(1)).await, Ok(1));
    });
}

#[test]
fn what_is_stale_is_served_while_one_creates() {
    let clock = Clock::default();
    let region = region(&clock, SLOW);
    let mut executor = Executor::new(clock.clone());
    let got = Rc::new(RefCell::new(Vec::new()));
    let (kept, of, time) = (got.clone(), region.clone(), clock.clone());
    executor.spawn(async move {
        of.get_or_create("key", async || Ok(1)).await.unwrap();
        of.invalidate(Invalidate::Soft);
        let creator = async || {
            time.sleep(1_000).await;
            Ok(2)
        };
        let other = async {
            time.sleep(100).await;
            let second = of.get_or_create("key", async || Ok(3)).await;
            kept.borrow_mut().push(second);
        };
        let (first, ()) = futures_util::join!(of.get_or_create("key", creator), other);
        kept.borrow_mut().push(first);
    });
    executor.run(&mut Rng::new(1));
    assert_eq!(got.take(), [Ok(1), Ok(2)]);
}

#[test]
fn a_hard_invalidation_leaves_nothing_to_serve() {
    each(|_, region| async move {
        region.set("key", 1).await.unwrap();
        region.invalidate(Invalidate::Hard);
        assert_eq!(region.get("key").await, Ok(None));
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(2));
        assert_eq!(region.get("key").await, Ok(Some(2)));
    });
}

#[test]
fn many_keys_are_one_call_of_the_creator_for_those_that_nobody_has() {
    each(|_, region| async move {
        region.set_many(vec![("b", 20)]).await.unwrap();
        let create = async |keys: Vec<&str>| Ok(keys.iter().map(|key| key.len() as u64).collect());
        assert_eq!(region.get_or_create_many(&["c", "b", "aaa", "c"], create).await, Ok(vec![1, 20, 3, 1]));
        assert_eq!(region.get_or_create_many(&[], create).await, Ok(vec![]));
        let short = async |_: Vec<&str>| Ok(vec![]);
        assert_eq!(region.get_or_create_many(&["x"], short).await, Err(Error::Incomplete));
        region.delete_many(&["a", "b"]).await.unwrap();
        assert_eq!(region.get("b").await, Ok(None));
    });
}

#[test]
fn a_vacancy_is_filled_passed_on_failed_or_left_to_the_next() {
    each(|_, region| async move {
        let Lookup::Vacant(vacancy) = region.look_up("key").await else { panic!("not vacant") };
        assert_eq!(vacancy.stale(), None);
        assert!(region.key_is_locked("key"));
        let (joined, ()) = futures_util::join!(region.look_up("key"), async { vacancy.pass(1) });
        assert!(matches!(joined, Lookup::Joined(Ok(1))), "{joined:?}");
        let Lookup::Vacant(vacancy) = region.look_up("key").await else { panic!("it was stored") };
        let (joined, ()) = futures_util::join!(region.look_up("key"), async { vacancy.fail("no origin") });
        assert!(matches!(joined, Lookup::Joined(Err(Error::Creator("no origin")))), "{joined:?}");
        let Lookup::Vacant(vacancy) = region.look_up("key").await else { panic!("not vacant") };
        let (next, ()) = futures_util::join!(region.look_up("key"), async { drop(vacancy) });
        let Lookup::Vacant(vacancy) = next else { panic!("{next:?}") };
        vacancy.expires_in(Duration::from_secs(1)).fill(2).await.unwrap();
        assert!(matches!(region.look_up("key").await, Lookup::Fresh(2)));
        assert_eq!(region.backend().held("key").unwrap().expiration, Some(1.0));
    });
}

#[test]
fn a_vacancy_shows_what_may_still_be_served_and_nothing_that_is_gone() {
    each(|_, region| async move {
        for (how, stale) in [(Invalidate::Soft, Some(1)), (Invalidate::Hard, None)] {
            region.set("key", 1).await.unwrap();
            region.invalidate(how);
            let Lookup::Vacant(vacancy) = region.look_up("key").await else { panic!("not vacant") };
            assert_eq!(vacancy.stale().copied(), stale, "{how:?}");
        }
    });
}

#[test]
fn a_leader_that_hangs_is_taken_over_and_gets_the_value_too() {
    each(|clock, region| async move {
        let hangs = region.get_or_create("key", async || std::future::pending().await);
        let takes_over = async {
            clock.sleep(100).await;
            region.get_or_create("key", async || Ok(2)).await
        };
        assert_eq!(futures_util::join!(hangs, takes_over), (Ok(2), Ok(2)));
        assert!(clock.milliseconds() >= 5_000 && clock.milliseconds() < 6_000, "{}", clock.milliseconds());
    });
}

#[test]
fn two_creators_in_a_row_that_hang_end_the_wait() {
    each(|clock, region| async move {
        let hangs = |at: u64| {
            let (clock, region) = (clock.clone(), region.clone());
            async move {
                clock.sleep(at).await;
                region.get_or_create("key", async || std::future::pending().await).await
            }
        };
        let ends = futures_util::join!(hangs(0), hangs(10), hangs(20));
        assert_eq!(ends, (Err(Error::TimedOut), Err(Error::TimedOut), Err(Error::TimedOut)));
    });
}

#[test]
fn a_vacancy_that_is_kept_is_taken_over_and_what_it_is_filled_with_is_not_stored() {
    each(|clock, region| async move {
        let Lookup::Vacant(late) = region.look_up("key").await else { panic!("not vacant") };
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(2));
        assert!(clock.milliseconds() >= 5_000);
        late.fill(1).await.unwrap();
        assert_eq!(region.get("key").await, Ok(Some(2)));
    });
}

#[test]
fn who_came_before_the_vacancy_was_given_takes_it_over_too() {
    each(|clock, region| async move {
        let waits = async { region.get_or_create("key", async || Ok(2)).await };
        let (kept, value) = futures_util::join!(region.look_up("key"), waits);
        assert!(matches!(kept, Lookup::Vacant(_)), "{kept:?}");
        assert_eq!((value, clock.milliseconds() >= 5_000), (Ok(2), true));
    });
}

#[test]
fn a_write_during_a_creation_is_not_overwritten() {
    each(|clock, region| async move {
        let creator = async || {
            clock.sleep(100).await;
            Ok(1)
        };
        let write = async {
            clock.sleep(50).await;
            region.set("key", 2).await.unwrap();
        };
        assert_eq!(futures_util::join!(region.get_or_create("key", creator), write).0, Ok(1));
        assert_eq!(region.get("key").await, Ok(Some(2)));
    });
}

#[test]
fn what_has_expired_serves_where_the_creator_fails() {
    each(|clock, region| async move {
        region.set_expiring("key", 1, Duration::from_secs(1)).await.unwrap();
        clock.sleep(2_000).await;
        let grace = CallOptions::default().stale_if_error(Duration::from_secs(60));
        assert_eq!(region.get_or_create_with("key", &grace, async || Err("no origin")).await, Ok(1));
        assert_eq!(region.get_or_create("key", async || Err("no origin")).await, Err(Error::Creator("no origin")));
    });
}

#[test]
fn a_lock_is_told_of_what_was_written_past_it() {
    let clock = Clock::default();
    let region = region(&clock, LOCKED);
    let mut executor = Executor::new(clock.clone());
    let of = region.clone();
    executor.spawn(async move {
        of.set_many(vec![("a", 1), ("b", 2)]).await.unwrap();
        of.delete("a").await.unwrap();
    });
    executor.run(&mut Rng::new(1));
    let told = [("a", Some(1)), ("b", Some(2)), ("a", None)].map(|(key, value)| (key.to_owned(), value));
    assert_eq!(region.backend().superseded(), told);
}
