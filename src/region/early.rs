//! Early refresh: which call renews a fresh value, and what is remembered of those that have failed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Shared;
use super::state::{Now, State};
use crate::backend::Backend;
use crate::duration;
use crate::early::{draw, jittered, needed};
use crate::freshness;
use crate::machine::{Ticket, Time};
use crate::record::Record;
use crate::runtime::Runtime;

/// The number of records that are remembered because their renewal has failed.
const MOST: usize = 1_000;

/// Keys and creation times of records whose renewal has failed: they are left until they expire.
#[derive(Debug, Default)]
pub(super) struct Failed(VecDeque<(Arc<str>, u64)>);

impl Failed {
    fn has(&self, key: &str, created: f64) -> bool {
        self.0.iter().any(|(failed, time)| *time == created.to_bits() && **failed == *key)
    }

    fn add(&mut self, key: Arc<str>, created: f64) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((key, created.to_bits()));
    }
}

impl<V, E, B: Backend<V>, R: Runtime> Shared<V, E, B, R> {
    /// Whether a call of one key renews the record that it has read, if that is fresh.
    pub fn is_elected(
        &self,
        state: &mut State<V, E, B::Lock, super::Waker<R>>,
        time: &Now<'_, R>,
        call: Ticket,
        flight: u32,
        record: &Record<V>,
    ) -> bool {
        let (Some(beta), Some(took)) = (self.beta, record.took) else { return false };
        if !state.machine.expects(call) {
            return false;
        }
        let request = state.caller_of(call.slot).and_then(|caller| caller.request);
        let Some(request) = request.filter(|request| !request.is_multi && !request.force_refresh) else { return false };
        let own = record.expiration.and_then(duration::normalize);
        let expiration = freshness::expiration(request.expiration, own, self.settings.expiration);
        let expiration = jittered(expiration, self.settings.jitter, record.created);
        let needed = needed(expiration, beta * took, time.now() - record.created);
        if needed == f64::INFINITY || draw(self.runtime.random()) < needed {
            return false;
        }
        let key = state.flight(flight).key.clone();
        !state.failed.has(&key, record.created)
    }
}

impl<V, E, L, W> State<V, E, L, W> {
    /// The record that a flight was to renew, if any, is left until it expires.
    pub fn give_up(&mut self, flight: u32) {
        if !self.machine.renews_early(flight) {
            return;
        }
        let it = self.flight(flight);
        let (key, found) = (it.key.clone(), it.found.as_ref().map(|record| record.created));
        if let Some(created) = found {
            self.failed.add(key, created);
        }
    }
}
