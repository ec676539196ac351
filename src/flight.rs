//! The dogpile lock: the states of a flight, which is one key's read, creation and write in one realm.
//!
//! A flight's state is one number, and every change a pure function of it. Its promises and its timer live in JavaScript, where the request or
//! tab that made them owns them: on an edge runtime a request that dies takes its promises with it, and nothing here waits for them.

/// How far a flight has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its read is under way.
    Reading = 0,
    /// Its read has landed; nobody creates.
    Landed = 1,
    /// Its leader asks for the lock that reaches other tabs and isolates.
    Locking = 2,
    /// Its creator runs.
    Creating = 3,
    /// Its creator has settled; the write is under way.
    Storing = 4,
    /// It is over.
    Over = 5,
}

/// What comes next for one caller and one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Return the fresh value.
    ServeFresh = 0,
    /// Return the stale value; another caller creates.
    ServeStale = 1,
    /// Create, for everyone who waits.
    Lead = 2,
    /// Wait for the creation.
    Wait = 3,
    /// Give up on the creation, for another flight.
    TakeOver = 4,
    /// What was read may be out of date: read again, once.
    ReadAgain = 5,
}

/// What a caller knows when it asks for its next move.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// What the record that was read is worth to it.
    pub worth: Worth,
    /// It wants a new value whatever there is.
    pub force_refresh: bool,
    /// It has read again already.
    pub has_read_again: bool,
    /// The creator has had as long as this caller is willing to wait.
    pub out_of_patience: bool,
}

/// What a record is worth to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It may be returned.
    Fresh,
    /// It may be returned while somebody creates.
    Stale,
    /// Nothing.
    Missing,
}

const PHASE: u32 = 0b111;
const FENCED: u32 = 1 << 3;
const DEPOSED: u32 = 1 << 4;
const LAST_CHANCE: u32 = 1 << 5;

/// The state of one flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flight(u32);

impl Flight {
    /// A flight whose read is about to be sent. Born of a takeover it is a last chance: it is not taken over again.
    pub fn begin(last_chance: bool) -> Self {
        Self(if last_chance { LAST_CHANCE } else { 0 })
    }

    /// The state as JavaScript keeps it.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The state as JavaScript keeps it.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// How far it has come.
    pub fn phase(self) -> Phase {
        match self.0 & PHASE {
            0 => Phase::Reading,
            1 => Phase::Landed,
            2 => Phase::Locking,
            3 => Phase::Creating,
            4 => Phase::Storing,
            _ => Phase::Over,
        }
    }

    /// A later phase. What is over stays over.
    pub fn enter(self, phase: Phase) -> Self {
        if self.phase() == Phase::Over { self } else { Self(self.0 & !PHASE | phase as u32) }
    }

    /// From now on nobody joins it, and its value is not stored.
    pub fn fence(self) -> Self {
        Self(self.0 | FENCED)
    }

    /// Its creator was given up: fenced off, and its rejection counts for nothing.
    pub fn depose(self) -> Self {
        Self(self.fence().0 | DEPOSED)
    }

    /// Whether its value must not be stored.
    pub fn is_fenced(self) -> bool {
        self.0 & FENCED != 0
    }

    /// Whether its creator was given up.
    pub fn is_deposed(self) -> bool {
        self.0 & DEPOSED != 0
    }

    /// Whether it was born of a takeover.
    pub fn is_last_chance(self) -> bool {
        self.0 & LAST_CHANCE != 0
    }

    /// Whether an invalidation fences it off: one that still reads, or reads again under a lock, judges its record when it arrives.
    pub fn is_creation(self) -> bool {
        matches!(self.phase(), Phase::Creating | Phase::Storing)
    }

    /// Whether a caller who is out of patience takes over.
    pub fn may_be_taken_over(self) -> bool {
        self.phase() == Phase::Creating && !self.is_last_chance() && !self.is_deposed()
    }

    /// What a caller does who looks at this flight once its read has landed.
    pub fn next_move(self, caller: Caller) -> Move {
        let landed = self.phase() == Phase::Landed;
        let served = !caller.force_refresh;
        if landed && self.is_fenced() && !caller.has_read_again {
            Move::ReadAgain
        } else if caller.worth == Worth::Fresh && served {
            Move::ServeFresh
        } else if landed {
            Move::Lead
        } else if caller.out_of_patience && self.may_be_taken_over() {
            Move::TakeOver
        } else if caller.worth == Worth::Stale && served {
            Move::ServeStale
        } else {
            Move::Wait
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHASES: [Phase; 6] = [Phase::Reading, Phase::Landed, Phase::Locking, Phase::Creating, Phase::Storing, Phase::Over];

    fn caller(worth: Worth) -> Caller {
        Caller { worth, force_refresh: false, has_read_again: false, out_of_patience: false }
    }

    fn flight(phase: Phase) -> Flight {
        Flight::begin(false).enter(phase)
    }

    #[test]
    fn a_state_survives_the_way_through_javascript() {
        for phase in PHASES {
            let state = Flight::begin(true).enter(phase).depose();
            assert_eq!(Flight::from_bits(state.bits()), state);
            assert_eq!(state.phase(), phase);
        }
    }

    #[test]
    fn the_first_caller_who_needs_a_creation_leads_it() {
        assert_eq!(flight(Phase::Landed).next_move(caller(Worth::Missing)), Move::Lead);
        assert_eq!(flight(Phase::Landed).next_move(caller(Worth::Stale)), Move::Lead);
        assert_eq!(flight(Phase::Landed).next_move(caller(Worth::Fresh)), Move::ServeFresh);
    }

    #[test]
    fn while_somebody_creates_the_missing_wait_and_the_stale_are_served() {
        for phase in [Phase::Locking, Phase::Creating, Phase::Storing, Phase::Over] {
            assert_eq!(flight(phase).next_move(caller(Worth::Missing)), Move::Wait);
            assert_eq!(flight(phase).next_move(caller(Worth::Stale)), Move::ServeStale);
            assert_eq!(flight(phase).next_move(caller(Worth::Fresh)), Move::ServeFresh);
        }
    }

    #[test]
    fn a_forced_refresh_is_never_served_and_joins_a_creation() {
        for worth in [Worth::Fresh, Worth::Stale, Worth::Missing] {
            let forced = Caller { force_refresh: true, ..caller(worth) };
            assert_eq!(flight(Phase::Landed).next_move(forced), Move::Lead);
            assert_eq!(flight(Phase::Creating).next_move(forced), Move::Wait);
        }
    }

    #[test]
    fn a_read_that_was_fenced_off_is_made_again_once() {
        let fenced = flight(Phase::Landed).fence();
        for worth in [Worth::Fresh, Worth::Stale, Worth::Missing] {
            assert_eq!(fenced.next_move(caller(worth)), Move::ReadAgain);
        }
        let again = Caller { has_read_again: true, ..caller(Worth::Missing) };
        assert_eq!(fenced.next_move(again), Move::Lead);
        assert_eq!(flight(Phase::Creating).fence().next_move(caller(Worth::Missing)), Move::Wait);
    }

    #[test]
    fn only_a_running_creator_is_taken_over_and_only_once() {
        let impatient = Caller { out_of_patience: true, ..caller(Worth::Stale) };
        assert_eq!(flight(Phase::Creating).next_move(impatient), Move::TakeOver);
        for phase in [Phase::Locking, Phase::Storing] {
            assert_eq!(flight(phase).next_move(impatient), Move::ServeStale);
        }
        assert_eq!(flight(Phase::Creating).depose().next_move(impatient), Move::ServeStale);
        assert_eq!(Flight::begin(true).enter(Phase::Creating).next_move(impatient), Move::ServeStale);
        let satisfied = Caller { worth: Worth::Fresh, ..impatient };
        assert_eq!(flight(Phase::Creating).next_move(satisfied), Move::ServeFresh);
    }

    #[test]
    fn an_invalidation_fences_creations_and_leaves_reads() {
        let fenced = PHASES.map(|phase| flight(phase).is_creation());
        assert_eq!(fenced, [false, false, false, true, true, false]);
    }

    #[test]
    fn what_is_over_stays_over() {
        assert_eq!(flight(Phase::Over).enter(Phase::Storing).phase(), Phase::Over);
    }
}
