//! Takeovers: a leader that is late or dead is replaced. Waiting calls get the value that comes first, else the successor's outcome.

use super::Machine;
use super::effect::Event;

impl Machine {
    /// A seat gives up on a flight's creator; it joins the flight that the map then holds, or leads a new one.
    pub(super) fn take_over(&mut self, call: u32, seat: u32, flight: u32) {
        self.supersede(flight);
        self.count_takeover(call, seat);
        self.follow(call, seat, flight);
        self.hold(flight);
        self.flights[flight].taken_over_by = Some(self.calls.ticket(call));
        self.calls[call].seats[seat as usize].taken_over = Some(flight);
    }

    /// Gives up on a flight whose request has died.
    pub(super) fn replace_dead(&mut self, call: u32, seat: u32, flight: u32) {
        if !self.flights[flight].is_taken_over {
            self.count_takeover(call, seat);
        }
        self.supersede(flight);
    }

    /// Its value is not stored, its rejection counts for nothing, and nobody takes it over a second time: no time limit runs any more.
    pub(super) fn supersede(&mut self, flight: u32) {
        self.flights[flight].is_taken_over = true;
        self.fence(flight);
        self.clear_timer(flight);
        self.remove_current(flight);
    }

    fn count_takeover(&mut self, call: u32, seat: u32) {
        let region = self.calls[call].region;
        self.regions[region].counts.takeovers += 1;
        self.tell(call, seat, Event::Takeover, 0);
    }

    /// Whoever waits for the flight that this seat has taken over waits for this one, too.
    pub(super) fn follow(&mut self, call: u32, seat: u32, successor: u32) {
        let Some(flight) = self.calls[call].seats[seat as usize].taken_over.take() else { return };
        if let Some(outcome) = self.flights[successor].outcome {
            self.end_for_all(flight, outcome, !self.on_workers());
            self.release(flight);
        } else if flight != successor && self.flights[flight].outcome.is_none() {
            self.flights[successor].predecessors.push(flight); // which holds it, in the seat's place
            self.flights[flight].successor = Some(successor);
            if !self.on_workers() {
                self.wake(flight);
            }
        } else {
            self.release(flight);
        }
    }

    /// Where whoever waits for a flight has to look: what it was taken over for.
    pub(super) fn latest(&self, flight: u32) -> u32 {
        let mut latest = flight;
        while let Some(successor) = self.flights[latest].successor {
            latest = successor;
        }
        latest
    }
}
