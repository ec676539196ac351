//! Answers to what nobody asks any more: tickets that are stale, or were never given.

use dogpile::freshness::Invalidated;
use dogpile::machine::{Accepted, Found, LockAnswer, Machine, Released, Ticket};

use crate::clock::Clocks;
use crate::rng::Rng;

const METHODS: usize = 41;

/// Tells a machine by a ticket that names nothing. It must neither panic nor do anything.
pub fn tell(machine: &mut Machine, time: &Clocks, rng: &mut Rng) {
    let slot = rng.pick(&[0, 1, 2, 3, 7, 1_000_000, u32::MAX]);
    let serial = rng.pick(&[u32::MAX, 0x8000_0000, 900_000]);
    let ticket = Ticket { slot, serial };
    let method = rng.below(METHODS);
    match method {
        0..=12 => tell_of_call(machine, method, ticket, time),
        13..=25 => tell_of_batch(machine, method, ticket, time),
        26..=33 => tell_of_round(machine, method, ticket, time),
        _ => tell_of_flight(machine, method, ticket, time),
    }
    let effect = machine.next_effect();
    assert!(effect.is_none(), "method {method} has done something for nobody: {effect:?}");
}

fn tell_of_call(machine: &mut Machine, method: usize, ticket: Ticket, time: &Clocks) {
    match method {
        0 => machine.refreshed(ticket, time),
        1 => machine.heard(ticket, time),
        2 => machine.failed(ticket, time),
        3 => machine.read_sent(ticket, time),
        4 => machine.decide(ticket, time),
        5 => machine.aborted(ticket, time),
        6 => machine.timed_out(ticket, time),
        7 => machine.beat(ticket, time),
        8 => machine.look(ticket, time),
        9 => assert!(!machine.expects(ticket)),
        10 => assert!(machine.reads(ticket).is_empty()),
        11 => assert!(machine.met(ticket).is_empty()),
        _ => machine.wrote(ticket, time),
    }
}

fn tell_of_batch(machine: &mut Machine, method: usize, ticket: Ticket, time: &Clocks) {
    match method {
        13 => machine.in_creator(ticket, true),
        14 => machine.created(ticket, &[], time),
        15 => {
            machine.accept(ticket, 0, Accepted::Refused);
            machine.accepted(ticket, time);
        }
        16 => machine.reject_created(ticket, 0, time),
        17 => machine.refreshed_to_store(ticket),
        18 => machine.store(ticket, time),
        19 => machine.stored(ticket, true, time),
        20 => assert!(!machine.expects_batch(ticket)),
        21 => assert!(!machine.still_creates(ticket, time)),
        22 => assert!(machine.batch(ticket).is_empty()),
        23 => assert!(machine.created_flights(ticket).is_empty()),
        24 => assert!(machine.stores(ticket).is_empty()),
        _ => machine.store_sent(ticket),
    }
}

fn tell_of_round(machine: &mut Machine, method: usize, ticket: Ticket, time: &Clocks) {
    match method {
        26 => machine.locks_found(ticket, time),
        27 => machine.landed_again(ticket, 0, Found::Failed),
        28 => machine.reread(ticket, time),
        29 => machine.round_timer_fired(ticket, time),
        30 => machine.unlocked(ticket, time),
        31 => {
            assert!(!machine.expects_round(ticket) && machine.found_again(ticket).is_empty());
            machine.told_again(ticket, 0, Invalidated::Hard);
            machine.heard_again(ticket, time);
        }
        32 => machine.lock_found(ticket, 0),
        _ => assert!(machine.asked(ticket).is_empty()),
    }
}

fn tell_of_flight(machine: &mut Machine, method: usize, ticket: Ticket, time: &Clocks) {
    match method {
        34 => machine.timer_fired(ticket, time),
        35 => machine.handed_over(ticket, None, time),
        36 => {
            assert!(!machine.lock_answered(ticket, LockAnswer::Granted, time), "a lock that nobody wants is kept");
            assert!(machine.lock_answered(ticket, LockAnswer::Busy, time));
        }
        37 => machine.runner_began(ticket, time),
        38 => machine.runner_failed(ticket, time),
        39 => machine.released(ticket, Released::Created, time),
        _ => {
            machine.runner_stored(ticket);
            machine.runner_leaves(ticket);
            assert!(!machine.runner_may_store(ticket) && !machine.is_running(ticket));
        }
    }
}
