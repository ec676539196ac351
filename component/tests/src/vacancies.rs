//! What becomes of those who wait when a vacancy is not filled, or late.

use futures::channel::oneshot;
use futures::future::{join, join_all};
use wasmtime::component::ResourceAny;

use crate::bindings::regions::Answer;
use crate::bindings::types::Error;
use crate::calls::{Instance, SETTINGS};
use crate::executor::idle;

#[test]
fn a_failure_is_told_to_all_who_wait_and_to_nobody_else() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let vacancy = calls.vacancy(region, "key").await;
        let waiters = join_all((0..10).map(|_| calls.look_up(region, "key")));
        let fail = async {
            idle().await;
            calls.fail(vacancy, "no value").await;
        };
        for waiter in join(waiters, fail).await.0 {
            assert!(matches!(waiter, Err(Error::Creation(message)) if message == "no value"));
        }
        let next = calls.vacancy(region, "key").await;
        calls.fill(next, b"value").await.expect("stored");
        assert_eq!(calls.host(|host| host.timers()), 0);
    });
}

#[test]
fn a_value_that_is_passed_on_is_not_stored() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let vacancy = calls.vacancy(region, "key").await;
        let pass = async {
            idle().await;
            calls.pass(vacancy, b"value").await;
        };
        let (waiter, ()) = join(calls.look_up(region, "key"), pass).await;
        assert!(matches!(waiter, Ok(Answer::Created(value)) if value == b"value"));
        assert_eq!(calls.host(|host| host.writes), 0);
    });
}

/// The host can drop what is the component's only while none of its calls runs.
#[test]
fn a_dropped_vacancy_goes_to_the_next_who_waits() {
    let mut instance = Instance::new();
    let region = instance.run(async |calls| calls.region(SETTINGS).await);
    let (sender, mut receiver) = oneshot::channel();
    let first = instance.run(async |calls| {
        let vacancy = calls.vacancy(region, "key").await;
        calls.look_up_later(region, "key", sender);
        idle().await;
        vacancy
    });
    assert_eq!(receiver.try_recv(), Ok(None));
    instance.drop(first);
    instance.run(async |calls| {
        let Ok(Ok(Answer::Vacant(vacancy))) = receiver.await else { panic!() };
        calls.fill(vacancy, b"value").await.expect("stored");
        assert_eq!(calls.get(region, "key").await, Ok(Some(b"value".to_vec())));
    });
}

/// Two look-ups, of which the clock gives the vacancy to the first when 5 s have passed.
async fn taken_over(calls: &crate::calls::Calls<'_>, region: ResourceAny) -> (ResourceAny, ResourceAny) {
    let late = calls.vacancy(region, "key").await;
    let advance = async {
        idle().await;
        calls.host(|host| host.advance(4.9));
        idle().await;
        calls.host(|host| host.advance(0.2));
    };
    (late, join(calls.vacancy(region, "key"), advance).await.0)
}

#[test]
fn a_creation_that_takes_too_long_is_taken_over_and_its_value_is_not_stored_over_the_next() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let (late, next) = taken_over(calls, region).await;
        calls.fill(next, b"next").await.expect("stored");
        calls.fill(late, b"late").await.expect("nothing to store");
        assert_eq!(calls.get(region, "key").await, Ok(Some(b"next".to_vec())));
    });
}

#[test]
fn who_has_waited_for_two_creations_is_told_that_they_take_too_long() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let late = calls.vacancy(region, "key").await;
        let both = join(calls.look_up(region, "key"), calls.look_up(region, "key"));
        let advance = async {
            for _ in 0..2 {
                idle().await;
                calls.host(|host| host.advance(5.1));
            }
        };
        let (answers, ()) = join(both, advance).await;
        assert!(matches!(answers, (Ok(Answer::Vacant(_)), Err(Error::TimedOut))), "{answers:?}");
        calls.fail(late, "too late").await;
    });
}
