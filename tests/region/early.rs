//! Early refresh and jitter: whoever renews a fresh value creates it, everyone else has the fresh one.

use std::future::Future;
use std::time::Duration;

use dogpile::{CallOptions, Error, Lookup, Record, Region, RegionBuilder, Runtime};

use crate::executor::{Clock, Executor};
use crate::rng::Rng;
use crate::store::{Manner, Store};

type Small = Region<u64, &'static str, Store, Clock>;
type Builder = RegionBuilder<u64, &'static str, Store, Clock>;

/// Its draw is larger than any that is needed in the second half.
const LAST: f64 = 1.0 - f64::EPSILON / 2.0;

/// Runs one scenario over each kind of backend, alone.
fn each<F: Future<Output = ()> + 'static>(build: impl Fn(Builder) -> Builder, scenario: impl Fn(Clock, Small) -> F) {
    for clock in [Clock::default, Clock::of_workers] {
        for (slowest, has_locks) in [(0, false), (5, false), (5, true)] {
            let (clock, manner) = (clock(), Manner { slowest, fails: 0, has_locks });
            let builder = Region::builder(Store::new(&clock, 1, manner), clock.clone()).expiration(Duration::from_secs(10));
            let region = build(builder).build();
            let mut executor = Executor::new(clock.clone());
            clock.set_random(LAST);
            executor.spawn(scenario(clock, region.clone()));
            executor.run(&mut Rng::new(1));
            assert_eq!(region.sizes(), [0; 6], "{manner:?}");
            assert_eq!(region.backend().locks_held(), 0, "{manner:?}");
        }
    }
}

fn early(builder: Builder) -> Builder {
    builder.early_refresh(1.0)
}

/// A value whose creation took a second.
async fn fill(clock: &Clock, region: &Small, value: u64) {
    let create = async || {
        clock.sleep(1_000).await;
        Ok(value)
    };
    region.get_or_create("key", create).await.unwrap();
}

#[test]
fn a_fresh_value_is_renewed_in_its_second_half_by_one_and_served_to_all_others() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.sleep(4_000).await;
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
        clock.sleep(2_000).await;
        let renews = region.get_or_create("key", async || {
            clock.sleep(1_000).await;
            Ok(3)
        });
        let others = async {
            clock.sleep(500).await;
            for _ in 0..100 {
                assert_eq!(region.get_or_create("key", async || Ok(4)).await, Ok(1));
            }
        };
        let (renewed, ()) = futures_util::join!(renews, others);
        assert_eq!(renewed, Ok(3));
        assert_eq!(region.get("key").await, Ok(Some(3)));
        assert_eq!((region.counts().early_refreshes, region.counts().creations), (1, 2));
    });
}

#[test]
fn the_length_of_a_creation_is_stored_and_its_start_comes_back() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        let record = region.backend().held("key").unwrap();
        assert!(record.took.is_some_and(|took| (1.0..1.02).contains(&took)), "{record:?}");
        region.set("key", 2).await.unwrap();
        assert_eq!(region.backend().held("key").unwrap().took, None);
    });
    each(
        |builder| builder,
        |clock, region| async move {
            fill(&clock, &region, 1).await;
            assert_eq!(region.backend().held("key").unwrap().took, None);
        },
    );
}

#[test]
fn a_draw_of_zero_never_renews_nor_does_a_region_without_early_refresh() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.set_random(0.0);
        clock.sleep(9_900).await;
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
    });
    for beta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        each(
            move |builder| builder.early_refresh(1.0).early_refresh(beta),
            |clock, region| async move {
                fill(&clock, &region, 1).await;
                clock.sleep(9_900).await;
                assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
            },
        );
    }
}

#[test]
fn what_was_set_and_calls_of_many_keys_are_never_renewed_early() {
    each(early, |clock, region| async move {
        region.set("key", 1).await.unwrap();
        clock.sleep(9_900).await;
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
        region.delete("key").await.unwrap();
        fill(&clock, &region, 1).await;
        clock.sleep(9_000).await;
        assert_eq!(region.get_or_create_many(&["key"], async |_| Ok(vec![2])).await, Ok(vec![1]));
        assert_eq!(region.get("key").await, Ok(Some(1)));
        assert_eq!(region.counts().early_refreshes, 0);
    });
}

#[test]
fn the_expiration_of_the_call_counts() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.sleep(2_000).await;
        let options = CallOptions::default().expiration(Duration::from_secs(3));
        assert_eq!(region.get_or_create_with("key", &options, async || Ok(2)).await, Ok(2));
        assert_eq!(region.counts().early_refreshes, 1);
    });
}

#[test]
fn a_renewal_that_fails_gives_the_fresh_value_which_is_left_until_it_expires() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.sleep(8_000).await;
        assert_eq!(region.get_or_create("key", async || Err("down")).await, Ok(1));
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
        assert_eq!(region.counts().early_refreshes, 1);
        clock.sleep(3_000).await;
        assert_eq!(region.get_or_create("key", async || Err("down")).await, Err(Error::Creator("down")));
        fill(&clock, &region, 3).await;
        clock.sleep(8_000).await;
        assert_eq!(region.get_or_create("key", async || Ok(4)).await, Ok(4));
    });
}

#[test]
fn a_vacancy_has_the_fresh_value_and_what_is_passed_on_is_not_tried_again() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.sleep(8_000).await;
        let Lookup::Vacant(vacancy) = region.look_up("key").await else { panic!("not vacant") };
        assert_eq!(vacancy.stale(), Some(&1));
        assert!(matches!(region.look_up("key").await, Lookup::Fresh(1)));
        vacancy.pass(2);
        assert!(matches!(region.look_up("key").await, Lookup::Fresh(1)));
        assert_eq!(region.counts().early_refreshes, 1);
    });
}

#[test]
fn what_is_written_meanwhile_is_not_overwritten() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.sleep(8_000).await;
        let renews = region.get_or_create("key", async || {
            clock.sleep(1_000).await;
            Ok(2)
        });
        let sets = async {
            clock.sleep(500).await;
            region.set("key", 3).await.unwrap();
        };
        assert_eq!(futures_util::join!(renews, sets).0, Ok(2));
        assert_eq!(region.get("key").await, Ok(Some(3)));
    });
}

#[test]
fn a_future_that_is_dropped_while_it_renews_leaves_the_fresh_value() {
    each(early, |clock, region| async move {
        fill(&clock, &region, 1).await;
        clock.sleep(8_000).await;
        let renews = Box::pin(region.get_or_create("key", async || std::future::pending().await));
        let waits = Box::pin(clock.sleep(100));
        drop(futures_util::future::select(renews, waits).await);
        assert_eq!(region.get("key").await, Ok(Some(1)));
        clock.set_random(0.0);
        assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
    });
}

#[test]
fn jitter_shortens_by_its_part_at_most_and_is_the_same_for_all() {
    for (part, shortest) in [(0.5, 5_000), (0.2, 8_000), (7.0, 5_000), (0.0, 10_000), (-1.0, 10_000), (f64::NAN, 10_000)] {
        each(
            move |builder| builder.jitter(part),
            move |clock, region| async move {
                let keys: Vec<String> = (0..50).map(|key| key.to_string()).collect();
                let begun = clock.milliseconds();
                region.set_many(keys.iter().map(|key| (key.as_str(), 1)).collect()).await.unwrap();
                let stored = clock.milliseconds();
                let count = async || {
                    let mut fresh = 0;
                    for key in &keys {
                        let record: Record<u64> = region.backend().held(key).unwrap();
                        let age = Runtime::now(&clock) - record.created;
                        let is_fresh = age <= dogpile::early::jittered(10.0, part.clamp(0.0, 0.5), record.created);
                        fresh += usize::from(is_fresh);
                    }
                    fresh
                };
                clock.sleep(shortest - (stored - begun)).await;
                assert_eq!(count().await, keys.len(), "{part}");
                if shortest < 10_000 {
                    clock.sleep((10_000 - shortest) / 2).await;
                    let fresh = count().await;
                    assert!((5..45).contains(&fresh), "{fresh} with {part}");
                }
                clock.sleep(10_020).await;
                for key in &keys {
                    assert_eq!(region.get(key).await, Ok(None));
                }
            },
        );
    }
}

#[test]
fn with_jitter_a_region_judges_each_value_by_its_own_expiration() {
    each(
        |builder| builder.jitter(0.5),
        |clock, region| async move {
            region.set("key", 1).await.unwrap();
            let created = region.backend().held("key").unwrap().created;
            let life = dogpile::early::jittered(10.0, 0.5, created);
            let left = (life - (Runtime::now(&clock) - created)) * 1_000.0;
            clock.sleep(left as u64 - 20).await;
            assert_eq!(region.get("key").await, Ok(Some(1)));
            assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(1));
            clock.sleep(50).await;
            assert_eq!(region.get("key").await, Ok(None));
            assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(2));
        },
    );
}

#[test]
fn random_numbers_of_a_runtime_are_spread_from_0_to_below_1() {
    let native = dogpile::Native::new(tokio::time::sleep);
    let mut numbers: Vec<f64> = (0..1_000).map(|_| native.random()).collect();
    assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    assert_eq!(numbers.len(), 1_000);
    let mean = numbers.iter().sum::<f64>() / 1_000.0;
    assert!((0.4..0.6).contains(&mean), "{mean}");
}
