//! Random schedules of everything that can happen to the dogpile lock, against a host that keeps no promise of order. No wasm, no JavaScript, no clock.
//!
//! `SCHEDULES=1000000 cargo test --release --no-default-features --test machine -- --nocapture` looks longer; `SEED=7` replays one.
#![cfg(not(target_arch = "wasm32"))]

#[path = "machine/act.rs"]
mod act;
#[path = "machine/calls.rs"]
mod calls;
#[path = "machine/checks.rs"]
mod checks;
#[path = "machine/clock.rs"]
mod clock;
#[path = "machine/cover.rs"]
mod cover;
#[path = "machine/creators.rs"]
mod creators;
#[path = "machine/locks.rs"]
mod locks;
#[path = "machine/operations.rs"]
mod operations;
#[path = "machine/plan.rs"]
mod plan;
#[path = "machine/reads.rs"]
mod reads;
#[path = "machine/rng.rs"]
mod rng;
#[path = "machine/runners.rs"]
mod runners;
#[path = "machine/schedule.rs"]
mod schedule;
#[path = "machine/search.rs"]
mod search;
#[path = "machine/workers.rs"]
mod workers;
#[path = "machine/world.rs"]
mod world;
#[path = "machine/writes.rs"]
mod writes;

#[test]
fn whatever_happens_everyone_is_answered_once_and_nothing_is_left() {
    let cover = search::search("one realm", false, 3_000);
    println!("{:?}", cover.0);
}

#[test]
fn no_request_acts_for_another_and_all_that_live_are_answered() {
    let cover = search::search("workers", true, 3_000);
    println!("{:?}", cover.0);
}
