//! Looks for a schedule that goes wrong, and makes it short.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::cover::Cover;
use crate::plan::{Plan, Step, steps};
use crate::schedule::{Result, run};

pub fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs many schedules, each by its seed. `SEED` replays one, and `SCHEDULES` says how many.
pub fn search(name: &str, on_workers: bool, count: u64) -> Cover {
    let begun = std::time::Instant::now();
    let (first, count) = match variable("SEED") {
        Some(seed) => (seed, 1),
        None => (variable("FROM").unwrap_or(0), variable("SCHEDULES").unwrap_or(count)),
    };
    let (mut cover, mut callers) = (Cover::default(), 0);
    silence();
    for seed in first..first + count {
        let (plan, steps) = (Plan::new(seed, on_workers), steps(seed, on_workers));
        match attempt(&plan, &steps) {
            Ok(result) => {
                cover.add(result.cover);
                callers += result.callers;
            }
            Err(why) => report(name, seed, &plan, &steps, &why),
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name}: {count} schedules, {callers} callers, {seconds:.2} s: {:.0} schedules a second", count as f64 / seconds);
    cover
}

/// Runs each schedule with and without a quick look: callers get the same, and as much is counted.
pub fn compare(count: u64) {
    let first = variable("SEED").unwrap_or(0);
    let count = if variable("SEED").is_some() { 1 } else { count };
    let mut peeks = 0;
    for seed in first..first + count {
        let steps = steps(seed, false);
        let plan = Plan { nests: false, defers: false, ..Plan::new(seed, false) };
        let with = run(&plan, &steps, variable("SEED").is_some());
        let without = run(&Plan { peeks: false, ..plan }, &steps, variable("SEED").is_some());
        peeks += with.cover.0.get("peek share").unwrap_or(&0) + with.cover.0.get("peek stale").unwrap_or(&0);
        let other = with.answers.iter().zip(&without.answers).position(|(one, other)| one != other);
        assert_eq!(other, None, "seed {seed}: a caller gets another answer by a quick look");
        assert_eq!(with.counts, without.counts, "seed {seed}: something else is counted after a quick look");
    }
    println!("{count} schedules, {peeks} quick looks");
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What goes wrong is reported when it has been made short.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |why| {
            if !IS_QUIET.get() {
                hook(why);
            }
        }));
    });
}

pub fn attempt(plan: &Plan, steps: &[Step]) -> std::result::Result<Result, String> {
    IS_QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| run(plan, steps, false)));
    IS_QUIET.set(false);
    result.map_err(|why| text(&why))
}

pub fn text(why: &Box<dyn std::any::Any + Send>) -> String {
    let text = why.downcast_ref::<String>().cloned();
    text.or_else(|| why.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_else(|| "a panic".to_string())
}

fn report(name: &str, seed: u64, plan: &Plan, steps: &[Step], why: &str) -> ! {
    let short = shrink(plan, steps.to_vec(), why);
    println!("{name}, seed {seed}: {why}\n{plan:?}\n{} of {} steps are left:", short.len(), steps.len());
    run(plan, &short, true);
    panic!("seed {seed} goes wrong only now and then: {why}");
}

/// Leaves out what is not needed for the same failure.
fn shrink(plan: &Plan, mut steps: Vec<Step>, why: &str) -> Vec<Step> {
    let kind = |why: &str| why.chars().take_while(|letter| !letter.is_ascii_digit()).take(40).collect::<String>();
    let mut size = steps.len() / 2;
    while size > 0 {
        let (mut at, mut is_shorter) = (0, false);
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + size).min(steps.len()));
            match attempt(plan, &fewer) {
                Err(other) if kind(&other) == kind(why) => (steps, is_shorter) = (fewer, true),
                _ => at += size,
            }
        }
        if !is_shorter {
            size /= 2;
        }
    }
    steps
}
