//! Early refresh of several processes over one store, in virtual time, by the rule alone: when the creation begins, and how often there is one. With real
//! regions: `tests/behaviour/reads/early-fleet.test.js`.
#![cfg(not(target_arch = "wasm32"))]

use dogpile::early::early;

const EXPIRATION: f64 = 60.0;
const CREATION: f64 = 1.0;
const CYCLES: u32 = 10_000;

/// xorshift64*
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Means of a cycle.
struct Fleet {
    creations: f64,
    /// Seconds before the expiration at which the first creation begins.
    before: f64,
    /// The part of the cycles in which that is done before the expiration.
    done: f64,
}

/// `rate`: requests a second in each process. `from`: seconds before the expiration at which they begin.
fn simulate(processes: u32, rate: f64, from: f64, seed: u64) -> Fleet {
    let mut random = Random(seed);
    let (mut creations, mut before, mut done) = (0, 0.0, 0);
    for _ in 0..CYCLES {
        let mut age = EXPIRATION - from;
        let mut first = None;
        let mut is_creating = vec![false; processes as usize];
        loop {
            age -= (1.0 - random.next()).ln() / (rate * f64::from(processes));
            if age > EXPIRATION + 3.0 * CREATION || first.is_some_and(|first| age > first + CREATION) {
                break;
            }
            let process = (random.next() * f64::from(processes)) as usize;
            if !is_creating[process] && (age > EXPIRATION || early(EXPIRATION, CREATION, 1.0, random.next(), age)) {
                is_creating[process] = true;
                creations += 1;
                first = first.or(Some(age));
            }
        }
        before += first.map_or(0.0, |first| EXPIRATION - first);
        done += u32::from(first.is_some_and(|first| first + CREATION <= EXPIRATION));
    }
    let mean = |sum: f64| sum / f64::from(CYCLES);
    Fleet { creations: mean(f64::from(creations)), before: mean(before), done: mean(f64::from(done)) }
}

fn assert_within(value: f64, expected: f64) {
    assert!((value / expected - 1.0).abs() < 0.1, "{value} for {expected}");
}

#[test]
fn one_process_of_many_requests_creates_once_five_seconds_before_the_end() {
    let fleet = simulate(1, 100.0, 16.0, 1);
    assert_within(fleet.creations, 1.0);
    assert_within(fleet.before, 5.1);
    assert_within(fleet.done, 1.0);
}

#[test]
fn one_process_of_a_request_a_second_is_in_time_in_29_of_100_cycles() {
    let fleet = simulate(1, 1.0, 25.0, 2);
    assert_within(fleet.creations, 0.97);
    assert_within(fleet.done, 0.29);
}

#[test]
fn twenty_processes_create_2_5_times_without_a_lock() {
    let fleet = simulate(20, 100.0, 12.5, 3);
    assert_within(fleet.creations, 2.5);
    assert_within(fleet.before, 8.1);
    assert_within(fleet.done, 1.0);
}
