//! What a caller on Workers gets when no time passes, and what is kept of requests that have died.

use crate::plan::{Kind, Plan, Step};
use crate::rng::Rng;
use crate::world::World;

fn world(at_once: u64) -> World {
    let plan = Plan::new(1, true);
    let regions = vec![dogpile::machine::Settings {
        has_locks: false,
        has_runner: false,
        has_strategy: false,
        has_tags: false,
        refreshes: false,
        coalesces: true,
        throws: false,
        ..plan.regions[0]
    }];
    World::new(Plan { at_once, keys: 3, nests: false, defers: false, has_own_clock: false, regions, ..plan }, false)
}

/// Each alone, over a backend and with creators that answer at once. `true` if somebody has to wait for a beat.
pub fn a_leader_waits_for_its_own_beat() -> bool {
    (0..200).any(|seed| {
        let mut world = world(100);
        world.rng = Rng::new(seed);
        world.step(Kind::Call);
        let is_put_off = !world.open.is_empty() || !world.hung.is_empty();
        !is_put_off && !world.callers[0].is_answered()
    })
}

/// The most that a machine has kept, when most requests die in the middle of what they do, and those that live get their answers.
pub fn most_that_is_kept(rounds: u64) -> usize {
    let mut world = world(30);
    let mut most = 0;
    for round in 0..rounds {
        world.rng = Rng::new(round);
        for kind in [Kind::Call, Kind::Write, Kind::Call, Kind::Settle, Kind::Die, Kind::Die] {
            let step = Step { kind, chance: round };
            world.step(step.kind);
        }
        while world.settle_one() {}
        world.pass(5.0);
        most = most.max(world.machine.sizes().iter().sum());
    }
    most
}
