//! Tags, by small examples. The random schedules have them, too.

use std::time::Duration;

use dogpile::{Backend, CallOptions, Error, Invalidate, Lookup, Record, Region, SetOptions};
use futures_util::future::join;

use crate::basics::{Small, each};
use crate::executor::{Clock, Executor};
use crate::rng::Rng;
use crate::store::{Manner, Store};

fn tagged(tags: &[&str]) -> CallOptions {
    CallOptions::default().tags(tags.iter().copied())
}

async fn create(region: &Small, key: &str, tags: &[&str], value: u64) -> Result<u64, Error<&'static str>> {
    region.get_or_create_with(key, &tagged(tags), async || Ok(value)).await
}

#[test]
fn a_hard_invalidation_makes_the_values_of_its_tags_missing_and_no_others() {
    each(|_, region| async move {
        assert_eq!(create(&region, "a", &["x", "y"], 1).await, Ok(1));
        assert_eq!(create(&region, "b", &["y"], 2).await, Ok(2));
        assert_eq!(create(&region, "c", &[], 3).await, Ok(3));
        region.invalidate_tags(&["x", "unknown"], Invalidate::Hard);
        assert_eq!(region.get_many(&["a", "b", "c"]).await, Ok(vec![None, Some(2), Some(3)]));
        assert_eq!(create(&region, "a", &["x"], 4).await, Ok(4));
        assert_eq!(create(&region, "a", &["x"], 5).await, Ok(4));
        region.clone().invalidate_tags(&["y"], Invalidate::Hard);
        assert_eq!(region.get_many(&["a", "b", "c"]).await, Ok(vec![Some(4), None, Some(3)]), "the new value has its own tags");
    });
}

#[test]
fn a_soft_invalidation_makes_them_stale() {
    each(|_, region| async move {
        assert_eq!(create(&region, "a", &["x"], 1).await, Ok(1));
        region.invalidate_tags(&["x"], Invalidate::Soft);
        assert_eq!(region.get("a").await, Ok(None));
        let Lookup::Vacant(vacancy) = region.look_up("a").await else { panic!("there is nothing to create") };
        assert_eq!(vacancy.stale(), Some(&1));
        assert!(matches!(region.look_up("a").await, Lookup::Stale(1)));
        region.invalidate_tags(&["x"], Invalidate::Hard);
        let (joined, filled) = join(region.look_up("a"), vacancy.fill(2)).await;
        assert!(matches!(joined, Lookup::Vacant(_)), "what replaces a value with the tag began before");
        assert_eq!(filled, Ok(()));
    });
}

#[test]
fn what_is_created_meanwhile_reaches_those_who_wait_and_is_not_stored() {
    for how in [Invalidate::Hard, Invalidate::Soft] {
        each(move |clock, region| async move {
            let slow = async || {
                clock.sleep(100).await;
                Ok(1)
            };
            let options = tagged(&["x"]);
            let first = region.get_or_create_with("a", &options, slow);
            let later = async {
                clock.sleep(50).await;
                region.invalidate_tags(&["x"], how);
                create(&region, "a", &["x"], 2).await
            };
            assert_eq!(join(first, later).await, (Ok(1), Ok(2)));
            assert_eq!(region.get("a").await, Ok(Some(2)));
        });
    }
}

#[test]
fn whoever_waits_adds_his_tags_and_a_creation_that_they_have_ended_is_not_joined() {
    each(|clock, region| async move {
        create(&region, "b", &["x"], 0).await.unwrap(); // from now on the births of creations are known
        let slow = async || {
            clock.sleep(100).await;
            Ok(1)
        };
        let first = region.get_or_create("a", slow);
        let second = async {
            clock.sleep(20).await;
            create(&region, "a", &["x"], 2).await
        };
        assert_eq!(join(first, second).await, (Ok(1), Ok(1)));
        assert_eq!(region.backend().held("a").unwrap().tags, ["x"]);
        region.invalidate_tags(&["x"], Invalidate::Hard);
        assert_eq!(region.get("a").await, Ok(None));
        let first = region.get_or_create("a", slow);
        let second = async {
            clock.sleep(20).await;
            region.invalidate_tags(&["y"], Invalidate::Hard);
            create(&region, "a", &["y"], 3).await
        };
        assert_eq!(join(first, second).await, (Ok(1), Ok(3)));
        assert_eq!(region.get("a").await, Ok(Some(3)));
    });
}

#[test]
fn a_vacancy_names_tags_of_its_value_and_what_they_have_ended_is_not_stored() {
    each(|_, region| async move {
        let Lookup::Vacant(vacancy) = region.look_up_with("a", &tagged(&["x"])).await else { panic!("there is a value") };
        vacancy.tags(["y", "x"]).fill(1).await.unwrap();
        assert_eq!(region.backend().held("a").unwrap().tags, ["y", "x"]);
        region.invalidate_tags(&["y"], Invalidate::Hard);
        let Lookup::Vacant(vacancy) = region.look_up("a").await else { panic!("there is a value") };
        region.invalidate_tags(&["z"], Invalidate::Hard);
        vacancy.tags(["z"]).fill(2).await.unwrap();
        assert_eq!(region.get("a").await, Ok(None), "its creation began before");
        let Lookup::Vacant(vacancy) = region.look_up("a").await else { panic!("there is a value") };
        vacancy.tags(["z"]).fill(3).await.unwrap();
        assert_eq!(region.get("a").await, Ok(Some(3)));
    });
}

#[test]
fn the_tags_of_a_set_are_its_own() {
    each(|_, region| async move {
        let options = SetOptions::default().tags(["x", "x", "y"]).expiration(Duration::from_secs(100));
        region.set_with("a", 1, &options).await.unwrap();
        region.set_many_with(vec![("b", 2), ("c", 3)], &options).await.unwrap();
        let held = region.backend().held("a").unwrap();
        assert_eq!((held.tags, held.expiration, held.took), (vec!["x".to_owned(), "y".to_owned()], Some(100.0), None));
        region.set("b", 4).await.unwrap();
        region.invalidate_tags(&["y"], Invalidate::Hard);
        assert_eq!(region.get_many(&["a", "b", "c"]).await, Ok(vec![None, Some(4), None]));
        region.set_with("a", 5, &options).await.unwrap();
        assert_eq!(region.get("a").await, Ok(Some(5)));
    });
}

#[test]
fn a_record_says_when_its_creation_began_where_it_has_tags() {
    each(|clock, region| async move {
        let slow = async || {
            clock.sleep(2_000).await;
            Ok(1)
        };
        region.get_or_create("plain", slow).await.unwrap();
        region.get_or_create_with("tagged", &tagged(&["x"]), slow).await.unwrap();
        region.get_or_create("plain too", slow).await.unwrap();
        let took = |key| region.backend().held(key).unwrap().took;
        assert_eq!((took("plain"), took("plain too")), (None, None));
        assert!((took("tagged").unwrap() - 2.0).abs() < 0.001);
    });
}

#[test]
fn another_process_that_had_not_heard_is_judged_by_when_it_began() {
    each(|clock, region| async move {
        clock.sleep(10_000).await;
        region.invalidate_tags(&["x"], Invalidate::Hard);
        clock.sleep(1_000).await;
        let mut record = Record::new(1, dogpile::Runtime::now(&clock), None);
        record.tags = vec!["x".to_owned()];
        region.backend().set("after", record.clone(), None).await.unwrap();
        record.took = Some(5.0);
        region.backend().set("before", record, None).await.unwrap();
        assert_eq!(region.get_many(&["after", "before"]).await, Ok(vec![Some(1), None]));
        assert_eq!(create(&region, "before", &[], 2).await, Ok(2));
    });
}

#[test]
fn a_stale_value_stands_in_for_a_failure_unless_its_tag_has_ended_it() {
    each(|_, region| async move {
        create(&region, "a", &["x"], 1).await.unwrap();
        let grace = CallOptions::default().stale_if_error(Duration::from_secs(60));
        region.invalidate_tags(&["x"], Invalidate::Soft);
        assert_eq!(region.get_or_create_with("a", &grace, async || Err("failed")).await, Ok(1));
        region.invalidate_tags(&["x"], Invalidate::Hard);
        assert_eq!(region.get_or_create_with("a", &grace, async || Err("failed")).await, Err(Error::Creator("failed")));
    });
}

#[test]
fn calls_of_many_keys_give_their_tags_to_all_that_they_create() {
    each(|_, region| async move {
        create(&region, "a", &["y"], 1).await.unwrap();
        let options = tagged(&["x"]);
        let values = region.get_or_create_many_with(&["a", "b", "c"], &options, async |keys| Ok(vec![2; keys.len()]));
        assert_eq!(values.await, Ok(vec![1, 2, 2]));
        region.invalidate_tags(&["x"], Invalidate::Hard);
        assert_eq!(region.get_many(&["a", "b", "c"]).await, Ok(vec![Some(1), None, None]));
    });
}

#[test]
fn of_more_tags_than_are_kept_no_value_comes_back() {
    let clock = Clock::default();
    let region: Small = Region::builder(Store::new(&clock, 1, Manner::default()), clock.clone()).max_tags(10).build();
    let mut executor = Executor::new(clock);
    executor.spawn(async move {
        let names: Vec<String> = (0..100).map(|number| format!("tag {number}")).collect();
        for name in &names {
            create(&region, name, &[name.as_str()], 1).await.unwrap();
        }
        for name in &names {
            region.invalidate_tags(&[name.as_str()], Invalidate::Hard);
        }
        for name in &names {
            assert_eq!(region.get(name).await, Ok(None), "{name}");
            assert_eq!(create(&region, name, &[name.as_str()], 2).await, Ok(2));
            assert_eq!(region.get(name).await, Ok(Some(2)), "{name}");
        }
    });
    executor.run(&mut Rng::new(1));
}
