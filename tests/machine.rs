//! Random schedules of everything that can happen to the dogpile lock, against a host that keeps no promise of order. No wasm, no JavaScript, no clock.
//!
//! `SCHEDULES=1000000 cargo test --release --no-default-features --test machine -- --nocapture` looks longer; `SEED=7` replays one.
#![cfg(not(target_arch = "wasm32"))]

#[path = "machine/act.rs"]
mod act;
#[path = "machine/by_hand.rs"]
mod by_hand;
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
#[path = "machine/garbage.rs"]
mod garbage;
#[path = "machine/locks.rs"]
mod locks;
#[path = "machine/operations.rs"]
mod operations;
#[path = "machine/plan.rs"]
mod plan;
#[path = "machine/reads.rs"]
mod reads;
#[path = "machine/requests.rs"]
mod requests;
#[path = "machine/rng.rs"]
mod rng;
#[path = "machine/runners.rs"]
mod runners;
#[path = "machine/schedule.rs"]
mod schedule;
#[path = "machine/search.rs"]
mod search;
#[path = "machine/tables.rs"]
mod tables;
#[path = "machine/tags.rs"]
mod tags;
#[path = "machine/wanted.rs"]
mod wanted;
#[path = "machine/workers.rs"]
mod workers;
#[path = "machine/world.rs"]
mod world;
#[path = "machine/writes.rs"]
mod writes;

use cover::{Cover, EFFECTS};

/// So many schedules take some seconds without optimization.
const COUNT: u64 = 8_000;
const COUNT_ON_WORKERS: u64 = 1_500;

#[test]
fn whatever_happens_everyone_is_answered_once_and_nothing_is_left() {
    let cover = search::search("one realm", false, COUNT);
    require(&cover, &wanted::IN_ONE_REALM, &wanted::ON_WORKERS);
}

#[test]
fn no_request_acts_for_another_and_all_that_live_are_answered() {
    let cover = search::search("workers", true, COUNT_ON_WORKERS);
    require(&cover, &wanted::ON_WORKERS, &wanted::IN_ONE_REALM);
}

#[test]
fn a_quick_look_gives_what_the_full_way_gives() {
    search::compare(COUNT / 3);
}

#[test]
fn what_is_fenced_before_its_creator_is_called_begins_again() {
    by_hand::what_is_fenced_before_its_creator_is_called_begins_again();
}

#[test]
fn a_leader_whose_promise_is_shared_takes_over_from_itself() {
    by_hand::a_leader_whose_promise_is_shared_takes_over_from_itself();
}

#[test]
fn a_leader_on_workers_is_answered_without_a_beat() {
    assert!(!requests::a_leader_waits_for_its_own_beat());
}

#[test]
fn requests_that_die_leave_nothing_for_ever() {
    let (early, late) = (requests::most_that_is_kept(100), requests::most_that_is_kept(500));
    assert!(late <= early * 2, "{early} after a while, {late} after five times as long");
}

/// Every effect and every event has occurred, those of the other mode aside.
fn require(cover: &Cover, own: &[&'static str], others: &[&'static str]) {
    if cover.0.get("Create").is_none_or(|count| *count < 5_000) {
        return; // too few schedules to say
    }
    let effects: Vec<&str> = EFFECTS.iter().filter(|effect| !others.contains(effect)).copied().collect();
    let missing = [cover.missing(&effects), cover.missing(&wanted::EVENTS), cover.missing(own)].concat();
    assert!(missing.is_empty(), "these have never occurred: {missing:?}");
}
