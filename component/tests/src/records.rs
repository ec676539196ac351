//! What stands in the store, and stores that fail.

use futures::future::join;

use crate::bindings::regions::{Answer, Settings};
use crate::bindings::types::Error;
use crate::calls::{Calls, Instance, SETTINGS, START};
use crate::executor::idle;

const DOWN: &str = "the store is down";
const PAYLOAD: &[u8] = b"a|b\xff\0";

/// Metadata as text, and a payload that is no text.
fn stored(metadata: &str) -> Vec<u8> {
    [metadata.as_bytes(), b"|", PAYLOAD].concat()
}

#[test]
fn records_are_written_as_python_and_javascript_write_them() {
    let written = [
        (None, r#"{"ct": 1700000000.0, "v": 2}"#, Some(120.0)),
        (Some(90.0), r#"{"ct": 1700000000.0, "v": 2, "et": 90.0}"#, Some(180.0)),
        (Some(f64::INFINITY), r#"{"ct": 1700000000.0, "v": 2, "et": -1.0}"#, None),
    ];
    for (expires_in, metadata, kept_for) in written {
        Instance::new().run(async |calls| {
            let region = calls.region(Settings { prefix: "app:".to_owned(), ..SETTINGS }).await;
            let vacancy = calls.vacancy(region, "key").await;
            calls.fill_for(vacancy, PAYLOAD, expires_in).await.expect("stored");
            assert_eq!(calls.host(|host| host.entries.remove("app:key")), Some(stored(metadata)));
            assert_eq!(calls.host(|host| host.kept_for), kept_for);
        });
    }
}

#[test]
fn records_of_others_are_read_and_what_is_none_is_a_miss() {
    let read = [
        (r#"{"ct": 1699999990.5, "v": 2}"#, true),
        (r#"{"v":2,"ct":1699999990.5,"et":30}"#, true),
        (r#"{"ct": 1699999990.5, "v": 2, "et": 5.0}"#, false),
        (r#"{"ct": 1699999930, "v": 2, "et": -1.0}"#, true),
        (r#"{"ct": 1699999990.5, "v": 1}"#, false),
        (r#"{"v": 2}"#, false),
        ("\u{1}", false),
    ];
    for (metadata, is_fresh) in read {
        Instance::new().run(async |calls| {
            let region = calls.region(SETTINGS).await;
            calls.host(|host| host.entries.insert("key".to_owned(), stored(metadata)));
            let found = calls.get(region, "key").await;
            assert_eq!(found, Ok(is_fresh.then(|| PAYLOAD.to_vec())), "{metadata}");
        });
    }
}

#[test]
fn what_is_set_is_there_and_what_is_deleted_is_not() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        assert_eq!(calls.get(region, "key").await, Ok(None));
        assert_eq!(calls.set(region, "key", b"value").await, Ok(()));
        assert_eq!(calls.get(region, "key").await, Ok(Some(b"value".to_vec())));
        assert_eq!(calls.delete(region, "key").await, Ok(()));
        assert_eq!(calls.get(region, "key").await, Ok(None));
    });
}

#[test]
fn the_clock_of_the_host_counts() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let is_fresh = async |calls: &Calls<'_>| calls.get(region, "key").await == Ok(Some(b"value".to_vec()));
        calls.set(region, "key", b"value").await.expect("stored");
        calls.host(|host| host.now = START + 61.0);
        assert!(!is_fresh(calls).await);
        calls.host(|host| host.now = START - 3_600.0);
        assert!(is_fresh(calls).await);
    });
}

#[test]
fn a_store_that_fails_is_a_miss_and_those_who_wait_get_the_value_all_the_same() {
    Instance::new().run(async |calls| {
        let region = calls.region(SETTINGS).await;
        let down = || Error::Backend(DOWN.to_owned());
        calls.host(|host| host.fails = true);
        assert_eq!(calls.get(region, "key").await, Err(down()));
        assert_eq!(calls.set(region, "key", b"value").await, Err(down()));
        assert_eq!(calls.delete(region, "key").await, Err(down()));
        let vacancy = calls.vacancy(region, "key").await;
        let fill = async {
            idle().await;
            calls.fill(vacancy, b"value").await
        };
        let (waiter, filled) = join(calls.look_up(region, "key"), fill).await;
        assert_eq!(filled, Err(down()));
        assert!(matches!(waiter, Ok(Answer::Created(value)) if value == b"value"));
    });
}
