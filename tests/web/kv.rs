//! Records and locks of Workers.

use std::time::Duration;

use dogpile::web::{CloudflareKvBackend, DogpileLock};
use dogpile::{Backend, Lock, LockAnswer, Record};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js::*;
use crate::runtimes::sleep;

fn backend(namespace: &JsValue, prefix: &str) -> CloudflareKvBackend {
    CloudflareKvBackend::new(namespace.clone()).and_then(|backend| backend.prefix(prefix)).expect("a binding")
}

fn record(value: u32) -> Record<u32> {
    Record::new(value, 1_700_000_000.5, None)
}

#[wasm_bindgen_test]
async fn records_are_text_under_names_with_a_prefix() {
    let namespace = new_namespace(f64::INFINITY);
    let (plain, pages) = (backend(&namespace, ""), backend(&namespace, "pages"));
    plain.set("key", record(1), None).await.expect("KV");
    pages.set("key", record(2), Some(Duration::from_secs(90))).await.expect("KV");
    pages
        .clone()
        .expiration_ttl(Duration::from_secs(1))
        .set("short", record(3), Some(Duration::from_secs(90)))
        .await
        .expect("KV");
    pages.set("short", record(3), Some(Duration::from_millis(1_500))).await.expect("KV");
    pages.set("long", record(4), Some(Duration::from_millis(90_500))).await.expect("KV");
    pages.set("longest", record(4), Some(Duration::from_secs(1 << 40))).await.expect("KV");
    let puts = "put :key {}\nput pages:key {\"expirationTtl\":90}\nput pages:short {\"expirationTtl\":60}\nput pages:short {\"expirationTtl\":60}\n\
        put pages:long {\"expirationTtl\":91}\nput pages:longest {\"expirationTtl\":2147483647}";
    assert_eq!(log_of(&namespace), puts);
    assert_eq!(text_in(&namespace, "pages:key"), JsValue::from("{\"ct\": 1700000000.5, \"v\": 2}|2"));
    assert_eq!((plain.get("key").await, pages.get("key").await), (Ok(Some(record(1))), Ok(Some(record(2)))));
    let slow = pages.clone().cache_ttl(Duration::from_secs(5));
    assert_eq!(Backend::<u32>::get(&slow, "none").await, Ok(None));
    let gets =
        "get :key {\"type\":\"text\"}\nget pages:key {\"type\":\"text\"}\nget pages:none {\"type\":\"text\",\"cacheTtl\":30}";
    assert_eq!(log_of(&namespace), gets);
    Backend::<u32>::delete_many(&pages, &["key", "short"]).await.expect("KV");
    assert_eq!(log_of(&namespace), "delete pages:key\ndelete pages:short");
    assert!(CloudflareKvBackend::new(JsValue::NULL).is_err() && CloudflareKvBackend::new(js_sys::Object::new().into()).is_err());
    for prefix in ["a:b".to_owned(), "x".repeat(467)] {
        assert!(CloudflareKvBackend::new(namespace.clone()).and_then(|backend| backend.prefix(&prefix)).is_err());
    }
    assert!(pages.lock(namespace.clone()).is_err(), "it is no namespace of objects");
}

#[wasm_bindgen_test]
async fn rust_and_javascript_share_names_and_texts() {
    let namespace = new_namespace(f64::INFINITY);
    let (ours, theirs) = (backend(&namespace, "p"), new_kv(&namespace, "p", &JsValue::UNDEFINED));
    let long = "\u{e9}".repeat(256);
    let hashed = "sha1:0123456789abcdef0123456789abcdef01234567";
    let keys = [
        "key",
        "",
        ".",
        "12",
        "\u{1f600}",
        &long,
        &"x".repeat(510),
        &"x".repeat(511),
        hashed,
        &hashed.to_uppercase(),
        &hashed[..44],
    ];
    for key in keys {
        let made = make_record(&1.into(), 1_700_000_000.5, &JsValue::UNDEFINED);
        let mangled = mangled(&theirs, key);
        settled(set(&theirs, &mangled, &text_of(&made).into(), &JsValue::UNDEFINED)).await;
        assert_eq!(ours.get(key).await, Ok(Some(record(1))), "{key}");
        ours.set(key, record(2), None).await.expect("KV");
        let text = settled(get(&theirs, &mangled)).await;
        assert_eq!(described(&record_of(&text)), described(&make_record(&2.into(), 1_700_000_000.5, &JsValue::UNDEFINED)));
    }
    let found: Vec<Option<Record<u32>>> = ours.get_many(&keys).await.expect("KV");
    assert!(found.iter().all(|found| *found == Some(record(2))));
}

#[wasm_bindgen_test]
async fn many_keys_are_read_a_hundred_at_once_or_as_many_as_fit() {
    let namespace = new_namespace(40.0);
    let backend = backend(&namespace, "");
    let keys: Vec<String> = (0..250).map(|key| format!("{}{key}", if key % 50 == 0 { "" } else { "k" })).collect();
    let entries = keys.iter().enumerate().filter(|(value, _)| value % 2 == 0);
    backend.set_many(entries.map(|(value, key)| (key.as_str(), record(value as u32), None)).collect()).await.expect("KV");
    log_of(&namespace);
    put(&namespace, ":k2", "no record");
    let asked: Vec<&str> = keys.iter().map(String::as_str).chain(["k4"]).collect();
    let found: Vec<Option<Record<u32>>> = backend.get_many(&asked).await.expect("KV");
    for (value, found) in found[..250].iter().enumerate() {
        assert_eq!(*found, (value % 2 == 0 && value != 2).then(|| record(value as u32)), "{value}");
    }
    assert_eq!(found[250], Some(record(4)));
    let log = log_of(&namespace);
    let count = |what: &str| log.lines().filter(|line| line.starts_with(what)).count();
    assert_eq!((count("get 100 "), count("get 25 "), count("get :")), (2, 10, 5), "{log}");
    assert_eq!(Backend::<u32>::get_many(&backend, &[]).await, Ok(vec![]));
}

#[wasm_bindgen_test]
async fn a_write_that_is_refused_is_an_error_and_the_others_are_written() {
    let backend = backend(&new_namespace(f64::INFINITY), "");
    let record = |value: &str| Record::new(value.to_owned(), 1.0, None);
    let error = backend.set_many(vec![("a", record("refused"), None), ("b", record("good"), None)]).await.expect_err("refused");
    assert!(error.message().contains("429") && error.name() == "Error", "{error}");
    assert_eq!(backend.get("b").await, Ok(Some(record("good"))));
}

fn lock(namespace: &JsValue, objects: &JsValue) -> DogpileLock {
    let backend = backend(namespace, "p").lock(objects.clone()).expect("a binding");
    assert!(Backend::<u32>::has_locks(&backend));
    Backend::<u32>::lock(&backend, "key").expect("a lock")
}

async fn take(lock: &mut DogpileLock, wait: bool) -> LockAnswer {
    Lock::<u32>::acquire(lock, wait).await
}

#[wasm_bindgen_test]
async fn one_isolate_holds_a_lock_and_hands_over_what_it_stored() {
    let (namespace, objects) = (new_namespace(f64::INFINITY), new_objects());
    let [mut first, mut second, mut third] = [(); 3].map(|()| lock(&namespace, &objects));
    assert_eq!(take(&mut first, true).await, LockAnswer::Granted);
    assert_eq!(Lock::<u32>::handed_over(&mut first), None);
    assert_eq!(take(&mut second, false).await, LockAnswer::Busy);
    let (answer, ()) = futures_util::join!(take(&mut second, true), async {
        sleep(Duration::from_millis(20)).await;
        first.release(Some(&record(1))).await;
    });
    assert_eq!((answer, second.handed_over()), (LockAnswer::Granted, Some(record(1))));
    drop(second);
    assert_eq!(take(&mut third, true).await, LockAnswer::Granted);
    third.supersede(Some(&record(2))).await;
    third.release(Some(&record(1))).await;
    let mut next = lock(&namespace, &objects);
    assert_eq!((take(&mut next, true).await, next.handed_over()), (LockAnswer::Granted, Some(record(2))));
    Lock::<u32>::supersede(&mut next, None).await;
    Lock::<u32>::release(next, None).await;
    let mut last = lock(&namespace, &objects);
    assert_eq!((take(&mut last, true).await, Lock::<u32>::handed_over(&mut last)), (LockAnswer::Granted, None));
    assert_eq!(names_of(&objects), "p:key");
}

#[wasm_bindgen_test]
async fn a_dropped_wait_leaves_the_queue_and_a_holder_keeps_its_lock() {
    let (namespace, objects) = (new_namespace(f64::INFINITY), new_objects());
    let (mut holder, mut given_up) = (lock(&namespace, &objects), lock(&namespace, &objects));
    assert_eq!(take(&mut holder, true).await, LockAnswer::Granted);
    {
        let mut waiting = Box::pin(take(&mut given_up, true));
        for _ in 0..4 {
            begin(&mut waiting);
            sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(settled(lock_state(&objects, "p:key")).await, JsValue::from("true 1"));
    }
    drop(given_up);
    sleep(Duration::from_millis(3_500)).await;
    assert_eq!(settled(lock_state(&objects, "p:key")).await, JsValue::from("true 0"), "its lease was renewed");
    drop(holder);
    sleep(Duration::from_millis(20)).await;
    assert_eq!(settled(lock_state(&objects, "p:key")).await, JsValue::from("false 0"));
}

#[wasm_bindgen_test]
async fn rust_and_javascript_hand_over_to_each_other() {
    let (namespace, objects) = (new_namespace(f64::INFINITY), new_objects());
    let theirs = mutex_of(&new_kv(&namespace, "p", &objects), "key");
    let mut ours = lock(&namespace, &objects);
    assert_eq!(take(&mut ours, true).await, LockAnswer::Granted);
    assert_eq!(settled(acquire(&theirs, false)).await, false);
    ours.release(Some(&record(1))).await;
    assert_eq!(settled(acquire(&theirs, true)).await, true);
    assert_eq!(handover(&theirs), JsValue::from("{\"ct\": 1700000000.5, \"v\": 2}|1"));
    let mut ours = lock(&namespace, &objects);
    assert_eq!(take(&mut ours, false).await, LockAnswer::Busy);
    settled(release(&theirs, &"{\"ct\": 1700000000.5, \"v\": 2}|2".into())).await;
    assert_eq!((take(&mut ours, true).await, ours.handed_over()), (LockAnswer::Granted, Some(record(2))));
    settled(supersede(&theirs, &"{\"ct\": 1700000000.5, \"v\": 2}|3".into())).await;
    ours.release(Some(&record(4))).await;
    let mut next = lock(&namespace, &objects);
    assert_eq!((take(&mut next, true).await, next.handed_over()), (LockAnswer::Granted, Some(record(3))));
}
