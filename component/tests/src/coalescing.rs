//! One creation for all who ask alike, and what is stale meanwhile.

use futures::future::{join, join_all};

use crate::bindings::regions::{Answer, Request};
use crate::calls::{Calls, Instance, SETTINGS};
use crate::executor::idle;
use wasmtime::component::ResourceAny;

/// Creates what nobody has, once all others wait; tells whether it has created.
async fn get_or_create(calls: &Calls<'_>, region: ResourceAny, key: &str, payload: &[u8]) -> bool {
    match calls.look_up(region, key).await {
        Ok(Answer::Vacant(vacancy)) => {
            idle().await;
            calls.fill(vacancy, payload).await.expect("stored");
            true
        }
        Ok(Answer::Fresh(value) | Answer::Created(value)) => {
            assert_eq!(value, payload);
            false
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_thousand_callers_of_one_key_read_once_and_create_once() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let callers = (0..1_000).map(|_| get_or_create(calls, region, "key", b"value"));
        let created = join_all(callers).await;
        assert_eq!(created.into_iter().filter(|created| *created).count(), 1);
        assert_eq!(calls.host(|host| (host.reads, host.writes, host.timers())), (1, 1, 0));
    });
}

#[test]
fn a_thousand_keys_are_all_answered() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        for is_new in [true, false] {
            let keys: Vec<String> = (0..1_000).map(|key| key.to_string()).collect();
            let callers = keys.iter().map(|key| get_or_create(calls, region, key, key.as_bytes()));
            assert_eq!(join_all(callers).await, [is_new; 1_000]);
        }
        assert_eq!(calls.host(|host| (host.reads, host.writes)), (2_000, 1_000));
    });
}

#[test]
fn a_stale_value_is_served_while_one_caller_creates() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        calls.set(region, "key", b"old").await.expect("stored");
        calls.host(|host| host.advance(60.0));
        assert!(matches!(calls.look_up(region, "key").await, Ok(Answer::Fresh(value)) if value == b"old"));
        calls.host(|host| host.advance(0.001));
        let vacancy = calls.vacancy(region, "key").await;
        assert_eq!(calls.stale(vacancy).await.as_deref(), Some(&b"old"[..]));
        assert!(matches!(calls.look_up(region, "key").await, Ok(Answer::Stale(value)) if value == b"old"));
        calls.fill(vacancy, b"new").await.expect("stored");
        assert!(matches!(calls.look_up(region, "key").await, Ok(Answer::Fresh(value)) if value == b"new"));
    });
}

#[test]
fn what_one_call_wants_counts_for_that_call() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        calls.set(region, "key", b"old").await.expect("stored");
        calls.host(|host| host.advance(10.0));
        for (expiration, force_refresh) in [(Some(9.0), false), (Some(f64::INFINITY), true)] {
            let request = Request { key: "key".to_owned(), expiration, force_refresh };
            let Ok(Answer::Vacant(vacancy)) = calls.look_up_with(region, request).await else { panic!() };
            calls.fail(vacancy, "no").await;
        }
        assert!(matches!(calls.look_up(region, "key").await, Ok(Answer::Fresh(value)) if value == b"old"));
    });
}

#[test]
fn an_invalidation_during_a_creation_keeps_its_value_from_being_stored() {
    for hard in [true, false] {
        Instance::new().run(async |calls| {
            let region = calls.region(SETTINGS).await;
            let vacancy = calls.vacancy(region, "key").await;
            let fill = async {
                idle().await;
                calls.invalidate(region, hard).await;
                calls.fill(vacancy, b"value").await.expect("nothing to store");
            };
            let (waiter, ()) = join(calls.look_up(region, "key"), fill).await;
            assert!(matches!(waiter, Ok(Answer::Created(value)) if value == b"value"));
            let vacancy = calls.vacancy(region, "key").await;
            assert_eq!(calls.stale(vacancy).await, None);
            assert_eq!(calls.host(|host| host.writes), 0);
        });
    }
}

#[test]
fn an_invalidation_ends_what_is_stored() {
    for (hard, stale) in [(true, None), (false, Some(b"old".to_vec()))] {
        Instance::new().run(async |calls| {
            let region = calls.region(SETTINGS).await;
            calls.set(region, "key", b"old").await.expect("stored");
            calls.invalidate(region, hard).await;
            assert_eq!(calls.get(region, "key").await, Ok(None));
            let vacancy = calls.vacancy(region, "key").await;
            assert_eq!(calls.stale(vacancy).await, stale);
        });
    }
}
