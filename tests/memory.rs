//! What is kept in memory, and for how long: the same as in JavaScript, whose memory backend plays the same trace.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dogpile::{Backend, MemoryBackend, Record};
use futures_util::FutureExt;

/// Milliseconds since the epoch, for a backend and its test.
type Time = Arc<AtomicU64>;

fn backend(max_entries: Option<usize>, time: &Time) -> MemoryBackend<String> {
    let time = time.clone();
    MemoryBackend::with_clock(max_entries, move || time.load(Ordering::Relaxed) as f64 / 1_000.0)
}

fn set(backend: &MemoryBackend<String>, key: &str, keep_for: Option<Duration>) {
    let record = Record::new(key.to_owned(), 1.0, None);
    backend.set(key, record, keep_for).now_or_never().expect("at once").expect("never fails");
}

fn get(backend: &MemoryBackend<String>, key: &str) -> Option<String> {
    backend.get(key).now_or_never().expect("at once").expect("never fails").map(|record| record.value)
}

fn delete(backend: &MemoryBackend<String>, key: &str) {
    backend.delete(key).now_or_never().expect("at once").expect("never fails");
}

fn held(backend: &MemoryBackend<String>) -> String {
    let mut keys = backend.keys();
    keys.sort();
    keys.join(" ")
}

#[test]
fn one_trace_leaves_the_same_as_in_javascript() {
    let time = Time::default();
    let mut memory = backend(None, &time);
    let mut looks = 0;
    for (number, line) in include_str!("traces/memory.txt").lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let (act, given) = line.split_once(' ').unwrap_or((line, ""));
        let (key, seconds) = given.split_once(' ').map_or((given, None), |(key, seconds)| (key, seconds.parse().ok()));
        match act {
            "bound" => memory = backend(given.parse().ok(), &time),
            "at" => time.store(given.parse().expect("milliseconds"), Ordering::Relaxed),
            "get" => assert!(get(&memory, key).is_none_or(|value| value == key)),
            "set" => set(&memory, key, seconds.map(Duration::from_secs_f64)),
            "delete" => delete(&memory, key),
            _ => {
                assert_eq!(held(&memory), given, "line {}", number + 1);
                looks += 1;
            }
        }
    }
    assert!(looks > 200);
}

#[test]
fn beyond_its_bound_what_nobody_has_asked_for_goes_first() {
    let memory = MemoryBackend::bounded(3);
    for key in ["a", "b", "c"] {
        set(&memory, key, None);
    }
    get(&memory, "a");
    set(&memory, "d", None);
    assert_eq!(held(&memory), "a c d");
    let least = MemoryBackend::bounded(0);
    set(&least, "a", None);
    set(&least, "b", None);
    assert_eq!(held(&least), "b");
}

#[test]
fn what_has_had_its_time_goes_while_others_are_set() {
    let time = Time::new(AtomicU64::new(1_800_000_000_000));
    let memory = backend(None, &time);
    for key in 0..100 {
        set(&memory, &key.to_string(), Some(Duration::from_secs(60)));
    }
    time.fetch_add(61_000, Ordering::Relaxed);
    for _ in 0..51 {
        set(&memory, "new", Some(Duration::MAX));
    }
    assert_eq!(held(&memory), "new");
    time.store(u64::MAX, Ordering::Relaxed);
    set(&memory, "newer", None);
    assert_eq!(memory.len(), 2);
    memory.clear();
    assert!(memory.is_empty() && get(&memory, "new").is_none());
}

/// Looks at its own backend while it is cloned, and when it is dropped.
struct Curious(Arc<MemoryBackend<Curious>>);

impl Clone for Curious {
    fn clone(&self) -> Self {
        self.0.len();
        Self(self.0.clone())
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        self.0.len();
    }
}

#[test]
fn nothing_is_locked_while_values_are_cloned_or_dropped() {
    let memory = Arc::new(MemoryBackend::bounded(1));
    let set = |key: &str, keep_for| {
        let record = Record::new(Curious(memory.clone()), 1.0, None);
        memory.set(key, record, keep_for).now_or_never().expect("at once").expect("never fails");
    };
    set("a", None);
    assert!(memory.get("a").now_or_never().expect("at once").expect("never fails").is_some());
    set("a", None);
    set("b", Some(Duration::ZERO));
    set("b", None);
    memory.delete("b").now_or_never().expect("at once").expect("never fails");
    set("c", None);
    memory.clear();
    assert!(memory.is_empty());
}

#[test]
fn it_is_shared_by_threads() {
    let memory = MemoryBackend::bounded(50);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let memory = &memory;
            scope.spawn(move || {
                for key in 0..500 {
                    set(memory, &format!("{}", key % 80 + thread), None);
                    get(memory, "7");
                }
            });
        }
    });
    assert_eq!(memory.len(), 50);
}
