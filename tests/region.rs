//! The asynchronous region under an executor that goes by a seed: time is virtual, and the order of what is ready is random.
//!
//! `SCHEDULES=100000 cargo test --release --test region -- --nocapture` looks longer; `SEED=7` replays one.
#![cfg(not(target_arch = "wasm32"))]

#[path = "region/basics.rs"]
mod basics;
#[path = "region/conformance.rs"]
mod conformance;
#[path = "region/drops.rs"]
mod drops;
#[path = "region/early.rs"]
mod early;
#[path = "region/executor.rs"]
mod executor;
#[path = "region/random.rs"]
mod random;
#[path = "machine/rng.rs"]
mod rng;
#[path = "region/store.rs"]
mod store;
#[path = "region/tags.rs"]
mod tags;
#[path = "region/threads.rs"]
mod threads;
