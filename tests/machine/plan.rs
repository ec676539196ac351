//! What a schedule is made of: a setting, and steps each of which carries its own chance, so that any of them may be left out.

use dogpile::machine::Settings;

use crate::rng::Rng;

/// How the host and its regions are, all schedule long.
#[derive(Debug, Clone)]
pub struct Plan {
    pub on_workers: bool,
    /// Out of a hundred operations so many are answered at once.
    pub at_once: u64,
    /// Whether some callers take over at once.
    pub is_impatient: bool,
    /// Whether what a nested call brings about waits until the host has done what it is doing.
    pub defers: bool,
    /// Whether callers are given a quick look first.
    pub peeks: bool,
    /// Whether stamps are no later than the readings.
    pub has_own_clock: bool,
    /// Whether timers go by another clock than the steady one.
    pub has_faked_timers: bool,
    /// Whether the machine is told of what nobody asks any more.
    pub hears_garbage: bool,
    /// Whether user code calls back.
    pub nests: bool,
    /// Out of a hundred records that are read so many are to be renewed if they are fresh.
    pub renews: u64,
    pub keys: usize,
    pub regions: Vec<Settings>,
}

impl Plan {
    pub fn new(seed: u64, on_workers: bool) -> Self {
        let mut rng = Rng::new(seed ^ 0x5eed);
        let has_strategies = rng.chance(25);
        let has_locks = rng.chance(30);
        let coalesces = !rng.chance(4);
        let has_runners = rng.chance(25);
        let regions = 1 + rng.below(3) / 2;
        let mut tags = Rng::new(seed ^ 0x7a95);
        Self {
            on_workers,
            at_once: rng.pick(&[0, 30, 30, 60, 100]),
            is_impatient: rng.chance(10),
            defers: rng.chance(30),
            peeks: true,
            has_own_clock: rng.chance(10),
            has_faked_timers: !on_workers && Rng::new(seed ^ 0xfa4e).chance(20),
            hears_garbage: rng.chance(20),
            nests: rng.chance(60),
            renews: Rng::new(seed ^ 0xea51).pick(&[0, 0, 50]),
            keys: 1 + rng.below(3),
            regions: (0..regions)
                .map(|_| Settings { coalesces, has_locks, ..settings(&mut rng, has_strategies, has_runners) })
                .map(|settings| with_tags(&mut tags, settings))
                .collect(),
        }
    }
}

/// Most regions over a store judge the tags of its records, and some do not.
fn with_tags(rng: &mut Rng, settings: Settings) -> Settings {
    let has_tags = rng.chance(50);
    let refreshes = settings.refreshes || has_tags && rng.chance(40);
    Settings { has_tags, refreshes, ..settings }
}

/// What the backend gives aside.
pub fn settings(rng: &mut Rng, has_strategies: bool, has_runners: bool) -> Settings {
    let has_strategy = has_strategies && rng.chance(80);
    Settings {
        expiration: rng.pick(&[None, Some(10.0), Some(3.0), Some(3.0)]),
        lock_timeout: 3.0,
        coalesces: true,
        has_locks: false,
        has_runner: has_runners && rng.chance(80),
        has_strategy,
        has_tags: false,
        refreshes: has_strategy && rng.chance(60),
        is_observed: rng.chance(40),
        throws: rng.chance(20),
        jitter: rng.pick(&[0.0, 0.0, 0.5]),
        renews_in_background: rng.chance(70),
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Call,
    Write,
    Invalidate,
    Settle,
    Pass,
    Ring,
    Abort,
    TimeOut,
    Configure,
    Retire,
    /// Another tab, isolate or process does something.
    Elsewhere,
    Die,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub kind: Kind,
    pub chance: u64,
}

const COMMON: [Kind; 20] = [
    Kind::Call,
    Kind::Call,
    Kind::Call,
    Kind::Call,
    Kind::Call,
    Kind::Call,
    Kind::Call,
    Kind::Settle,
    Kind::Settle,
    Kind::Settle,
    Kind::Settle,
    Kind::Settle,
    Kind::Settle,
    Kind::Settle,
    Kind::Write,
    Kind::Pass,
    Kind::Pass,
    Kind::Ring,
    Kind::Invalidate,
    Kind::Abort,
];

const RARE: [Kind; 7] =
    [Kind::TimeOut, Kind::TimeOut, Kind::Elsewhere, Kind::Elsewhere, Kind::Configure, Kind::Retire, Kind::Write];

pub fn steps(seed: u64, on_workers: bool) -> Vec<Step> {
    let mut rng = Rng::new(seed ^ 0x57e9);
    let count = 10 + rng.below(60);
    (0..count)
        .map(|_| {
            let kind = if on_workers && rng.chance(6) {
                Kind::Die
            } else if rng.chance(12) {
                rng.pick(&RARE)
            } else {
                rng.pick(&COMMON)
            };
            Step { kind, chance: rng.next() }
        })
        .collect()
}
