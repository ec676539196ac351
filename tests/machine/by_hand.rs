//! Schedules that are too rare to be left to chance.

use dogpile::machine::{Effect, Found, Machine, Peek, Request, Settings, Ticket};

use crate::clock::Clocks;
use dogpile::freshness::Why;

const LOCK_TIMEOUT: f64 = 3.0;

struct Hand {
    machine: Machine,
    time: Clocks,
    key: u32,
    effects: Vec<Effect>,
}

impl Hand {
    fn new() -> Self {
        let mut machine = Machine::new(false);
        let settings = Settings { lock_timeout: LOCK_TIMEOUT, coalesces: true, ..Settings::default() };
        assert_eq!(machine.add_region(settings), 0);
        let key = machine.enter();
        Self { machine, time: Clocks::new(false, false), key, effects: Vec::new() }
    }

    fn call(&mut self) -> Ticket {
        self.machine.called(0, &[self.key], REQUEST, &self.time)
    }

    /// What the machine says first of what this function looks for. What it says besides is noted.
    fn next<T>(&mut self, wanted: impl Fn(&Effect) -> Option<T>) -> T {
        while let Some(effect) = self.machine.next_effect() {
            self.effects.push(effect);
            if let Some(found) = wanted(&effect) {
                return found;
            }
        }
        panic!("it says nothing of that: {:?}", self.effects);
    }

    /// A call reads, finds nothing, and is to create.
    fn read(&mut self) -> Ticket {
        let call = self.next(|effect| if let Effect::Read { call } = effect { Some(*call) } else { None });
        let flight = self.machine.reads(call)[0];
        self.machine.landed(flight, Found::Missing(Why::Absent));
        self.machine.decide(call, &self.time);
        self.next(|effect| if let Effect::Create { batch } = effect { Some(*batch) } else { None })
    }

    fn delete(&mut self) {
        let write = self.machine.write(0, vec![self.key], &self.time);
        self.machine.wrote(write, &self.time);
    }
}

const REQUEST: Request = Request {
    expiration: None,
    lock_timeout: LOCK_TIMEOUT,
    stale_if_error: None,
    force_refresh: false,
    is_multi: false,
    revalidates: None,
    outlives: false,
    is_shareable: true,
};

/// A write comes between the decision to create and the creator's call: the key is read again, and what is created then is stored.
pub fn what_is_fenced_before_its_creator_is_called_begins_again() {
    let mut hand = Hand::new();
    hand.call();
    let batch = hand.read();
    hand.delete();
    assert!(!hand.machine.still_creates(batch, &hand.time), "a creator is called whose value is not stored");
    let again = hand.read();
    assert!(hand.machine.still_creates(again, &hand.time));
    assert!(hand.machine.may_store(hand.machine.batch(again)[0]));
    assert_eq!(hand.machine.counts(0).creations, 1);
}

/// The leader's own caller has gone, and a call with two callers leads in its place. Its creator hangs.
pub fn a_leader_whose_promise_is_shared_takes_over_from_itself() {
    let mut hand = Hand::new();
    let first = hand.call();
    let batch = hand.read();
    let second = hand.call();
    let shared = hand.machine.peek(0, hand.key, &REQUEST, &hand.time);
    assert_eq!(shared, Some(Peek::Share(second.slot)));
    hand.machine.timed_out(first, &hand.time);
    hand.delete();
    assert!(!hand.machine.still_creates(batch, &hand.time));
    let hung = hand.read();
    assert!(hand.machine.still_creates(hung, &hand.time));
    let flight = hand.next(|effect| if let Effect::SetTimer { flight, .. } = effect { Some(*flight) } else { None });
    hand.time.pass(LOCK_TIMEOUT);
    hand.machine.timer_fired(flight, &hand.time);
    let successor = hand.read();
    assert_eq!(hand.machine.call_of(successor), second.slot);
    hand.machine.created(successor, &[], &hand.time);
    hand.next(|effect| matches!(effect, Effect::Accept { .. }).then_some(()));
}
