//! The dogpile lock as JavaScript asks it: a flight's state goes in and comes out as a number.

use wasm_bindgen::prelude::*;

use crate::flight::{Caller, Flight, Phase, Worth};

/// A new flight's state.
#[wasm_bindgen(js_name = beginFlight)]
pub fn begin_flight(last_chance: bool) -> u32 {
    Flight::begin(last_chance).bits()
}

/// The state after the read has landed (1), the lock was asked for (2), the creator was called (3) or has settled (4), or all is over (5).
#[wasm_bindgen(js_name = enterPhase)]
pub fn enter_phase(state: u32, phase: u32) -> u32 {
    let phase = match phase {
        1 => Phase::Landed,
        2 => Phase::Locking,
        3 => Phase::Creating,
        4 => Phase::Storing,
        _ => Phase::Over,
    };
    Flight::from_bits(state).enter(phase).bits()
}

/// How far a flight has come.
#[wasm_bindgen(js_name = phaseOf)]
pub fn phase_of(state: u32) -> u32 {
    Flight::from_bits(state).phase() as u32
}

/// The state after `set`, `delete` or an invalidation.
#[wasm_bindgen(js_name = fenceFlight)]
pub fn fence_flight(state: u32) -> u32 {
    Flight::from_bits(state).fence().bits()
}

/// The state after a takeover.
#[wasm_bindgen(js_name = deposeFlight)]
pub fn depose_flight(state: u32) -> u32 {
    Flight::from_bits(state).depose().bits()
}

/// Whether its value must not be stored.
#[wasm_bindgen(js_name = isFenced)]
pub fn is_fenced(state: u32) -> bool {
    Flight::from_bits(state).is_fenced()
}

/// Whether it was given up for another flight.
#[wasm_bindgen(js_name = isDeposed)]
pub fn is_deposed(state: u32) -> bool {
    Flight::from_bits(state).is_deposed()
}

/// Whether it ends at its own time limit instead of being taken over.
#[wasm_bindgen(js_name = isLastChance)]
pub fn is_last_chance(state: u32) -> bool {
    Flight::from_bits(state).is_last_chance()
}

/// Whether a creator runs or a value is being written: the key is locked, and an invalidation fences the flight off.
#[wasm_bindgen(js_name = isCreation)]
pub fn is_creation(state: u32) -> bool {
    Flight::from_bits(state).is_creation()
}

/// Whether a waiter who is out of patience takes over.
#[wasm_bindgen(js_name = mayBeTakenOver)]
pub fn may_be_taken_over(state: u32) -> bool {
    Flight::from_bits(state).may_be_taken_over()
}

/// The next move of a caller for whom the record is worth `judgement`: 0 serve it fresh, 1 serve it stale, 2 lead, 3 wait, 4 take over, 5 read again.
#[wasm_bindgen(js_name = nextMove)]
pub fn next_move(state: u32, judgement: u32, force_refresh: bool, has_read_again: bool, out_of_patience: bool) -> u32 {
    let worth = match judgement {
        0 => Worth::Fresh,
        1 => Worth::Stale,
        _ => Worth::Missing,
    };
    let caller = Caller { worth, force_refresh, has_read_again, out_of_patience };
    Flight::from_bits(state).next_move(caller) as u32
}
