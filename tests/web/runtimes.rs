//! The runtimes, and regions over the stores.

use std::cell::Cell;
use std::time::Duration;

use dogpile::web::{Browser, CloudflareKvBackend, IndexedDbBackend, Workers};
use dogpile::{Invalidate, Region, Runtime, Wakeup};
use futures_util::future::join_all;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js::*;

pub async fn sleep(length: Duration) {
    Browser.wakeup(Some(length)).wait().await;
}

#[wasm_bindgen_test]
async fn a_wait_ends_with_its_timer_or_when_it_is_woken() {
    let start = Browser.steady();
    sleep(Duration::from_millis(30)).await;
    assert!(Browser.steady() - start >= 25.0);
    let wakeup = Workers.wakeup(None);
    wakeup.waker()();
    wakeup.wait().await;
    let wakeup = Workers.wakeup(Some(Duration::from_secs(600)));
    let waker = wakeup.waker();
    let mut waiting = Box::pin(wakeup.wait());
    begin(&mut waiting);
    waker();
    waiting.await;
    Browser.wakeup(Some(Duration::ZERO)).waker()(); // whose wait is over before it is called
    assert!((Browser.now() - js_sys::Date::now() / 1_000.0).abs() < 1.0);
}

#[wasm_bindgen_test]
async fn a_request_on_workers_is_seen_alive_until_it_has_ended() {
    let beats = std::rc::Rc::new(Cell::new(0));
    let counted = beats.clone();
    let beat = Workers.beat(Box::new(move || counted.set(counted.get() + 1)));
    sleep(Duration::from_millis(900)).await;
    drop(beat);
    let seen = beats.get();
    assert!((2..=4).contains(&seen), "{seen}");
    sleep(Duration::from_millis(400)).await;
    assert_eq!(beats.get(), seen);
    assert_eq!((Browser.period(), Workers.period()), (None, Some(Duration::from_millis(250))));
}

#[wasm_bindgen_test]
async fn many_callers_in_two_regions_over_one_database_are_one_creation() {
    let name = unique();
    let region = || Region::<String, String, _, _>::builder(IndexedDbBackend::new().database_name(&name), Browser).build();
    let regions = [region(), region()];
    let creations = Cell::new(0);
    let create = async || {
        creations.set(creations.get() + 1);
        sleep(Duration::from_millis(50)).await;
        Ok("created".to_owned())
    };
    let calls = (0..20).map(|call| regions[call % 2].get_or_create("key", create));
    assert!(join_all(calls).await.iter().all(|value| value.as_deref() == Ok("created")));
    assert_eq!(creations.get(), 1);
    assert_eq!(regions[0].get("key").await, Ok(Some("created".to_owned())));
    regions[0].invalidate(Invalidate::Hard);
    assert_eq!(regions[0].get_or_create("key", async || Ok("anew".to_owned())).await, Ok("anew".to_owned()));
    assert_eq!(regions[1].get("key").await, Ok(Some("anew".to_owned())));
    sleep(Duration::from_millis(10)).await;
    assert_eq!(settled(count_locks(&name)).await, 0);
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_leaves_no_lock_and_nobody_waiting() {
    let name = unique();
    let region = Region::<u32, String, _, _>::builder(IndexedDbBackend::new().database_name(&name), Browser).build();
    let mut call = Box::pin(region.get_or_create("key", async || {
        sleep(Duration::from_secs(60)).await;
        Ok(1)
    }));
    for _ in 0..20 {
        begin(&mut call);
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(settled(count_locks(&name)).await, 1);
    drop(call);
    assert_eq!(region.get_or_create("key", async || Ok(2)).await, Ok(2));
    assert_eq!(region.sizes(), [0; 6]);
    sleep(Duration::from_millis(10)).await;
    assert_eq!(settled(count_locks(&name)).await, 0);
}

#[wasm_bindgen_test]
async fn two_regions_over_kv_with_a_lock_are_one_creation() {
    let (namespace, objects) = (new_namespace(f64::INFINITY), new_objects());
    let region = || {
        let backend =
            CloudflareKvBackend::new(namespace.clone()).and_then(|backend| backend.lock(objects.clone())).expect("bindings");
        Region::<u32, String, _, _>::builder(backend, Workers).expiration(Duration::from_secs(60)).build()
    };
    let regions = [region(), region()];
    let creations = Cell::new(0);
    let create = async || {
        creations.set(creations.get() + 1);
        sleep(Duration::from_millis(50)).await;
        Ok(7)
    };
    let calls = (0..20).map(|call| regions[call % 2].get_or_create("key", create));
    assert_eq!(join_all(calls).await, vec![Ok(7); 20]);
    assert_eq!(creations.get(), 1);
    let keys = ["a", "b", "key"];
    let many = regions[0].get_or_create_many(&keys, async |keys| Ok(keys.iter().map(|key| key.len() as u32).collect())).await;
    assert_eq!(many, Ok(vec![1, 1, 7]));
    regions[1].set("a", 9).await.expect("KV");
    assert_eq!(regions[0].get("a").await, Ok(Some(9)));
    assert_eq!(settled(lock_state(&objects, ":key")).await, JsValue::from("false 0"));
    assert_eq!(regions.map(|region| region.sizes()), [[0; 6]; 2]);
}
