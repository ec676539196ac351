//! The lock across tabs and workers.

use std::time::Duration;

use dogpile::web::{IndexedDbBackend, WebLock};
use dogpile::{Backend, Lock, LockAnswer};
use futures_util::FutureExt;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js::*;
use crate::runtimes::sleep;

fn lock(name: &str) -> WebLock {
    WebLock::new(name).expect("Web Locks")
}

async fn take(lock: &mut WebLock, wait: bool) -> LockAnswer {
    Lock::<u32>::acquire(lock, wait).await
}

async fn give_back(lock: WebLock) {
    Lock::<u32>::release(lock, None).await;
}

#[wasm_bindgen_test]
async fn one_holds_it_and_the_next_gets_it_when_it_is_released_or_dropped() {
    let name = unique();
    let (mut first, mut second, mut third) = (lock(&name), lock(&name), lock(&name));
    assert_eq!(take(&mut first, false).await, LockAnswer::Granted);
    assert_eq!(take(&mut second, false).await, LockAnswer::Busy);
    let mut waiting = Box::pin(take(&mut second, true));
    begin(&mut waiting);
    sleep(Duration::from_millis(20)).await;
    begin(&mut waiting);
    give_back(first).await;
    assert_eq!(waiting.await, LockAnswer::Granted);
    assert_eq!(take(&mut third, false).await, LockAnswer::Busy);
    drop(second);
    assert_eq!(take(&mut third, true).await, LockAnswer::Granted);
    give_back(third).await;
    assert_eq!(settled(count_locks(&name)).await, 0);
}

#[wasm_bindgen_test]
async fn who_waits_no_longer_leaves_nothing_behind() {
    let name = unique();
    let mut holder = lock(&name);
    assert_eq!(take(&mut holder, true).await, LockAnswer::Granted);
    let mut given_up = lock(&name);
    {
        let mut waiting = Box::pin(take(&mut given_up, true));
        begin(&mut waiting);
        sleep(Duration::from_millis(10)).await;
        assert_eq!(settled(count_locks(&name)).await, 2);
    }
    sleep(Duration::from_millis(10)).await;
    assert_eq!(settled(count_locks(&name)).await, 1);
    let mut next = lock(&name);
    let mut waiting = Box::pin(take(&mut next, true));
    begin(&mut waiting);
    give_back(holder).await;
    assert_eq!(waiting.await, LockAnswer::Granted);
}

#[wasm_bindgen_test]
async fn what_was_granted_to_one_who_has_gone_goes_back() {
    let name = unique();
    for steps in 0..12 {
        let mut gone = lock(&name);
        let mut asking = Box::pin(take(&mut gone, steps % 2 == 0));
        begin(&mut asking);
        for _ in 0..steps {
            settled(js_sys::Promise::resolve(&JsValue::UNDEFINED)).await;
        }
        let _ = asking.as_mut().now_or_never();
        drop(asking);
        drop(gone);
        let mut next = lock(&name);
        assert_eq!(take(&mut next, true).await, LockAnswer::Granted, "after {steps} turns");
    }
    sleep(Duration::from_millis(10)).await;
    assert_eq!(settled(count_locks(&name)).await, 0);
}

#[wasm_bindgen_test]
async fn a_lock_that_another_worker_holds_is_waited_for() {
    let name = unique();
    settled(hold_in_worker(&name, 300)).await;
    let mut mine = lock(&name);
    assert_eq!(take(&mut mine, false).await, LockAnswer::Busy);
    assert_eq!(take(&mut mine, true).await, LockAnswer::Granted);
}

#[wasm_bindgen_test]
async fn a_queue_without_a_holder_is_taken_over() {
    for waits in [false, true] {
        let name = unique();
        orphan(&name);
        let mut first = lock(&name);
        let start = js_sys::Date::now();
        assert_eq!(take(&mut first, waits).await, LockAnswer::Granted);
        assert_eq!(js_sys::Date::now() - start > 3_000.0, waits, "two looks");
        let mut second = lock(&name);
        assert_eq!(take(&mut second, false).await, LockAnswer::Busy, "what is held is never stolen");
        give_back(first).await;
        assert_eq!(settled(count_locks(&name)).await, 0);
    }
}

#[wasm_bindgen_test]
async fn rust_and_javascript_wait_for_each_other() {
    let database = unique();
    let (backend, js) = (IndexedDbBackend::new().database_name(&database), new_indexed_db(&database, "records"));
    assert!(Backend::<u32>::has_locks(&backend));
    for key in [
        "key".to_owned(),
        "\"quoted\" \u{e9}\u{1f600}\n".to_owned(),
        "\u{1f600}".repeat(600),
        format!("x{}", "\u{1f600}".repeat(600)),
    ] {
        let mut ours = Backend::<u32>::lock(&backend, &key).expect("Web Locks");
        let theirs = mutex_of(&js, &key);
        assert_eq!(take(&mut ours, true).await, LockAnswer::Granted);
        assert_eq!(settled(acquire(&theirs, false)).await, false);
        give_back(ours).await;
        assert_eq!(settled(acquire(&theirs, true)).await, true);
        let mut ours = Backend::<u32>::lock(&backend, &key).expect("Web Locks");
        assert_eq!(take(&mut ours, false).await, LockAnswer::Busy);
        settled(release(&theirs, &JsValue::UNDEFINED)).await;
        assert_eq!(take(&mut ours, true).await, LockAnswer::Granted);
    }
    assert!(!Backend::<u32>::has_locks(&IndexedDbBackend::new().without_locks()));
}
