//! Records in IndexedDB.

use std::collections::BTreeMap;
use std::time::Duration;

use dogpile::web::IndexedDbBackend;
use dogpile::{Backend, Record};
use js_sys::{Date, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js::*;
use crate::runtimes::sleep;

/// A value with what JSON would lose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rich {
    text: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    date: Date,
    counts: BTreeMap<String, u32>,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
    nothing: Option<u32>,
}

fn rich_in_rust() -> Rich {
    let counts = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let date = Date::new(&1_700_000_000_000.0.into());
    Rich { text: "h\u{e9}llo".to_owned(), date, counts, bytes: vec![0, 255], nothing: None }
}

async fn read<V: Serialize + for<'a> Deserialize<'a>>(backend: &IndexedDbBackend, key: &str) -> Option<Record<V>> {
    backend.get(key).await.expect("a database")
}

async fn write(backend: &IndexedDbBackend, key: &str, value: u32) {
    backend.set(key, Record::new(value, 1.0, None), None).await.expect("a database");
}

#[wasm_bindgen_test]
async fn a_record_is_kept_read_replaced_and_deleted() {
    let backend = IndexedDbBackend::new().database_name(&unique());
    assert_eq!(read::<u32>(&backend, "key").await, None);
    for record in [
        Record::new(1, 1_700_000_000.5, Some(60.0)),
        Record::new(2, 2.0, Some(f64::INFINITY)),
        Record::of_version(7.0, 3, 3.0, None),
    ] {
        backend.set("key", record.clone(), None).await.expect("a database");
        assert_eq!(read(&backend, "key").await, Some(record));
    }
    Backend::<u32>::delete(&backend, "key").await.expect("a database");
    assert_eq!(read::<u32>(&backend, "key").await, None);
    let other = IndexedDbBackend::new().database_name(&unique());
    assert_eq!(read::<u32>(&other, "key").await, None);
}

#[wasm_bindgen_test]
async fn many_records_go_together_more_than_a_transaction_takes() {
    let backend = IndexedDbBackend::new().database_name(&unique());
    let keys: Vec<String> = (0..620).map(|key| format!("k{key}")).collect();
    let records = keys.iter().enumerate().map(|(value, key)| (key.as_str(), Record::new(value, 1.0, None), None));
    backend.set_many(records.collect()).await.expect("a database");
    let asked: Vec<&str> = keys.iter().map(String::as_str).chain(["none", "k7"]).collect();
    let found: Vec<Option<Record<usize>>> = backend.get_many(&asked).await.expect("a database");
    let values: Vec<Option<usize>> = found.into_iter().map(|record| record.map(|record| record.value)).collect();
    assert_eq!(values[..620], (0..620).map(Some).collect::<Vec<_>>());
    assert_eq!(values[620..], [None, Some(7)]);
    Backend::<usize>::delete_many(&backend, &asked[..619]).await.expect("a database");
    assert_eq!(
        (read::<usize>(&backend, "k7").await, read::<usize>(&backend, "k619").await.map(|record| record.value)),
        (None, Some(619))
    );
    backend.clear().await.expect("a database");
    assert_eq!(read::<usize>(&backend, "k619").await, None);
    assert_eq!(Backend::<usize>::get_many(&backend, &[]).await, Ok(vec![]));
}

#[wasm_bindgen_test]
async fn rust_and_javascript_write_and_read_the_same() {
    let name = unique();
    let backend = IndexedDbBackend::new().database_name(&name);
    let js = new_indexed_db(&name, "records");
    for (own, given) in [(None, JsValue::UNDEFINED), (Some(60.5), 60.5.into()), (Some(f64::INFINITY), f64::INFINITY.into())] {
        let record = Record::new(rich_in_rust(), 1_700_000_000.25, own);
        backend.set("rust", record.clone(), Some(Duration::from_secs(90))).await.expect("a database");
        let made = make_record(&rich(), 1_700_000_000.25, &given);
        settled(set(&js, "js", &made, &90.0.into())).await;
        let of_js = read::<Rich>(&backend, "js").await.expect("a record");
        let parts = |record: Record<Rich>| {
            (
                record.created,
                record.version,
                record.expiration,
                described(&record.value.date),
                record.value.counts,
                record.value.bytes,
                record.value.text,
                record.value.nothing,
            )
        };
        assert_eq!(parts(of_js), parts(record));
        assert_eq!(described(&settled(get(&js, "rust")).await), described(&made));
        let [ours, theirs] = [settled(stored(&name, "rust")).await, settled(stored(&name, "js")).await];
        let value = JsValue::from("value");
        assert_eq!(described(&Reflect::get(&ours, &value).unwrap()), described(&Reflect::get(&theirs, &value).unwrap()));
        for life in ["time", "until"].map(JsValue::from) {
            let at = |stored: &JsValue| Reflect::get(stored, &life).unwrap().as_f64().expect("a number");
            assert!((at(&ours) - at(&theirs)).abs() < 10_000.0);
        }
    }
    assert_eq!(js_sys::Object::keys(&settled(stored(&name, "js")).await.into()).length(), 3);
    settled(delete_database(&name)).await;
}

#[wasm_bindgen_test]
async fn what_is_no_record_of_this_type_is_a_miss_for_itself_alone() {
    let name = unique();
    let (backend, js) = (IndexedDbBackend::new().database_name(&name), new_indexed_db(&name, "records"));
    write(&backend, "good", 1).await;
    for (key, record) in
        [("type", make_record(&"text".into(), 1.0, &JsValue::UNDEFINED)), ("text", "text".into()), ("none", JsValue::NULL)]
    {
        settled(set(&js, key, &record, &JsValue::UNDEFINED)).await;
    }
    settled(set(&js, "undefined", &make_record(&JsValue::UNDEFINED, 1.0, &JsValue::UNDEFINED), &JsValue::UNDEFINED)).await;
    let found: Vec<Option<Record<u32>>> =
        backend.get_many(&["type", "text", "none", "undefined", "good"]).await.expect("a database");
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, false, false, true]);
    assert_eq!(read::<Option<u32>>(&backend, "undefined").await.map(|record| record.value), Some(None));
}

#[wasm_bindgen_test]
async fn what_nobody_will_ask_for_goes_while_others_are_written() {
    let name = unique();
    let backend = IndexedDbBackend::new().database_name(&name);
    let (short, long) = (Duration::from_millis(500), Duration::from_secs(3_600));
    for (key, keep_for) in [("a", short), ("b", short), ("c", short), ("later", long)] {
        backend.set(key, Record::new(1, 1.0, None), Some(keep_for)).await.expect("a database");
    }
    sleep(Duration::from_millis(600)).await;
    assert!(read::<u32>(&backend, "c").await.is_some(), "until somebody sweeps");
    write(&backend, "for ever", 1).await;
    write(&backend, "for ever", 2).await;
    let found: Vec<Option<Record<u32>>> = backend.get_many(&["a", "b", "c", "later", "for ever"]).await.expect("a database");
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, false, true, true]);
}

#[wasm_bindgen_test]
async fn a_database_that_was_taken_away_is_opened_again() {
    let name = unique();
    let backend = IndexedDbBackend::new().database_name(&name);
    write(&backend, "key", 1).await;
    assert_eq!(settled(delete_database(&name)).await, false, "nobody has to wait");
    assert_eq!(read::<u32>(&backend, "key").await, None);
    write(&backend, "key", 2).await;
    let other = new_indexed_db(&name, "another store");
    settled(set(&other, "key", &make_record(&1.into(), 1.0, &JsValue::UNDEFINED), &JsValue::UNDEFINED)).await;
    assert_eq!(read::<u32>(&backend, "key").await.map(|record| record.value), Some(2));
    let third = IndexedDbBackend::new().database_name(&name).store_name("a third");
    write(&third, "key", 3).await;
    assert_eq!(read::<u32>(&backend, "key").await.map(|record| record.value), Some(2));
    let (one, two) = (
        IndexedDbBackend::new().database_name(&name).store_name("x"),
        IndexedDbBackend::new().database_name(&name).store_name("y"),
    );
    futures_util::join!(write(&one, "key", 4), write(&two, "key", 5), write(&one, "other", 6));
    assert_eq!(read::<u32>(&one, "key").await.map(|record| record.value), Some(4));
}

#[wasm_bindgen_test]
async fn a_value_that_cannot_be_stored_costs_the_others_nothing() {
    let backend = IndexedDbBackend::new().database_name(&unique());
    let record = |value: u64| Record::new(value, 1.0, None);
    let error = backend.set("key", record(u64::MAX), None).await.expect_err("too large for a number");
    assert_eq!(error.name(), "DataError");
    let entries = vec![("a", record(1), None), ("b", record(u64::MAX), None), ("c", record(3), None)];
    assert!(backend.set_many(entries).await.is_err());
    let found: Vec<Option<Record<u64>>> = backend.get_many(&["a", "b", "c"]).await.expect("a database");
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
}

#[derive(Clone, Serialize, Deserialize)]
struct Uncloneable(#[serde(with = "serde_wasm_bindgen::preserve")] js_sys::Function);

#[wasm_bindgen_test]
async fn what_the_database_refuses_is_an_error_and_undoes_nothing_else() {
    let backend = IndexedDbBackend::new().database_name(&unique());
    write(&backend, "key", 1).await;
    let function = JsValue::from(js_sys::global()).clone();
    let function = Reflect::get(&function, &"setTimeout".into()).unwrap();
    let record = Record::new(Uncloneable(function.into()), 1.0, None);
    let error = backend.set("key", record, None).await.expect_err("a function");
    assert_eq!(error.name(), "DataCloneError");
    assert_eq!(read::<u32>(&backend, "key").await.map(|record| record.value), Some(1));
}

#[wasm_bindgen_test]
async fn a_database_that_another_holds_fails_the_operation_and_is_there_later() {
    let name = unique();
    let close: js_sys::Function = settled(occupy(&name)).await.into();
    let backend = IndexedDbBackend::new().database_name(&name);
    let error = Backend::<u32>::get(&backend, "key").await.expect_err("it has not answered");
    assert_eq!(error.name(), "TimeoutError");
    close.call0(&JsValue::UNDEFINED).expect("closes");
    write(&backend, "key", 1).await;
    assert_eq!(read::<u32>(&backend, "key").await.map(|record| record.value), Some(1));
}

#[wasm_bindgen_test]
async fn what_there_is_no_room_for_leaves_no_older_value_behind() {
    let full = unique();
    let backend = IndexedDbBackend::new().database_name(&unique());
    let record = |value: &str| Record::new(value.to_owned(), 1.0, None);
    backend.set("key", record("older"), None).await.expect("a database");
    fill_up(&full);
    let error = backend.set("key", record(&full), None).await.expect_err("there is no room");
    assert_eq!(error.name(), "QuotaExceededError");
    assert_eq!(backend.get("key").await, Ok(None::<Record<String>>));
    backend.set("key", record("small"), None).await.expect("a database");
}

#[wasm_bindgen_test]
async fn a_dropped_write_is_written_and_a_dropped_opening_serves_the_next() {
    let backend = IndexedDbBackend::new().database_name(&unique());
    let mut opening = Box::pin(read::<u32>(&backend, "key"));
    begin(&mut opening);
    drop(opening);
    write(&backend, "key", 1).await;
    let mut writing = Box::pin(write(&backend, "key", 2));
    begin(&mut writing);
    drop(writing);
    assert_eq!(read::<u32>(&backend, "key").await.map(|record| record.value), Some(2));
}
