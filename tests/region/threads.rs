//! One region in the hands of many threads, under tokio.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use dogpile::{CallOptions, Error, Invalidate, MemoryBackend, Native, Region};

#[test]
fn the_callers_of_many_threads_are_one_creation_a_key() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build().expect("a runtime");
    let region = Region::<u64, String, _, _>::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    let creations = Arc::new(AtomicU64::new(0));
    runtime.block_on(async {
        for round in 0..20 {
            let callers: Vec<_> = (0..500)
                .map(|caller| {
                    let (region, creations) = (region.clone(), creations.clone());
                    tokio::spawn(async move {
                        let create = async || {
                            creations.fetch_add(1, Ordering::Relaxed);
                            tokio::time::sleep(Duration::from_millis(2)).await;
                            Ok(round)
                        };
                        region.get_or_create(&format!("{round} {}", caller % 5), create).await
                    })
                })
                .collect();
            for caller in callers {
                assert_eq!(caller.await.expect("no panic"), Ok(round));
            }
        }
    });
    assert_eq!(creations.load(Ordering::Relaxed), 100);
    assert_eq!(region.sizes(), [0; 6]);
}

#[test]
fn a_creator_may_hold_what_stays_in_its_thread() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let region = Region::<Rc<str>, Rc<str>, _, _>::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    let of_thread: Rc<str> = "value".into();
    let create = async || Ok(of_thread.clone());
    assert_eq!(runtime.block_on(region.get_or_create("key", create)), Ok(of_thread.clone()));
}

#[test]
fn a_creator_of_many_keys_may_borrow_in_a_task_of_any_thread() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    let region = Region::<u64, String, _, _>::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    let (origin, keys) = (Arc::new(AtomicU64::new(7)), vec!["a".to_owned(), "b".to_owned()]);
    let task = async move {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let create = async |keys: Vec<&str>| {
            tokio::task::yield_now().await;
            Ok(vec![origin.load(Ordering::Relaxed); keys.len()])
        };
        region.get_or_create_many(&keys, create).await
    };
    assert_eq!(runtime.block_on(async { tokio::spawn(task).await.expect("no panic") }), Ok(vec![7, 7]));
}

#[test]
fn a_leader_that_is_aborted_hands_over_at_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    let region = Region::<u64, String, _, _>::builder(MemoryBackend::new(), Native::new(tokio::time::sleep)).build();
    runtime.block_on(async {
        let leads = region.clone();
        let leader = tokio::spawn(async move { leads.get_or_create("key", async || std::future::pending().await).await });
        while !region.key_is_locked("key") {
            tokio::task::yield_now().await;
        }
        let waits = region.clone();
        let options = CallOptions::default().lock_timeout(Duration::from_secs(3_600));
        let waiter = tokio::spawn(async move { waits.get_or_create_with("key", &options, async || Ok(2)).await });
        while region.counts().misses < 2 {
            tokio::task::yield_now().await;
        }
        leader.abort();
        assert_eq!(waiter.await.expect("no panic"), Ok(2));
    });
}

type OfItself = Region<Curious, Curious, MemoryBackend<Curious>, Native<fn(Duration) -> tokio::time::Sleep>>;
static OF_ITSELF: OnceLock<OfItself> = OnceLock::new();

/// Asks the region that it is in when it is cloned or dropped.
#[derive(Debug)]
struct Curious;

fn ask() {
    OF_ITSELF.get().map(|region| region.key_is_locked("key"));
}

impl Clone for Curious {
    fn clone(&self) -> Self {
        ask();
        Self
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        ask();
    }
}

async fn have_curious_values() {
    let sleep: fn(Duration) -> _ = tokio::time::sleep;
    let region = OF_ITSELF.get_or_init(|| Region::builder(MemoryBackend::new(), Native::new(sleep)).build());
    assert!(region.get_or_create("key", async || Ok(Curious)).await.is_ok());
    region.invalidate(Invalidate::Soft);
    assert!(region.get_or_create("key", async || Ok(Curious)).await.is_ok());
    region.invalidate(Invalidate::Soft);
    assert!(matches!(region.get_or_create("key", async || Err(Curious)).await, Err(Error::Creator(_))));
    let wrong = region.get_or_create_many(&["key"], async |_: Vec<&str>| Ok(vec![Curious, Curious]));
    assert!(matches!(wrong.await, Err(Error::Incomplete)));
}

#[test]
fn a_value_and_an_error_may_call_the_region_when_they_are_cloned_or_dropped() {
    let (ends, end) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(have_curious_values());
        ends.send(())
    });
    assert_eq!(end.recv_timeout(Duration::from_secs(10)), Ok(()), "it waits for itself");
}
