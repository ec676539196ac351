//! The right to create one value.

use std::time::Duration;

use super::caller::Handle;
use super::drive::{Creation, Driven, drive};
use super::lookup::NoCreator;
use crate::backend::Backend;
use crate::machine::Ticket;
use crate::runtime::Runtime;

/// The right to create one value, for all who wait for it. Dropped unfilled, it goes to the next who waits.
///
/// It belongs to whoever holds it: it may be moved into another task, or into what a Worker's `wait_until` is given.
#[must_use = "others wait for the value"]
pub struct Vacancy<V, E, B: Backend<V>, R: Runtime> {
    handle: Handle<V, E, B, R>,
    batch: Ticket,
    stale: Option<V>,
    expiration: Option<f64>,
    /// On Workers: the request is seen alive while the value is created.
    beat: Option<R::Beat>,
}

impl<V, E, B: Backend<V>, R: Runtime> std::fmt::Debug for Vacancy<V, E, B, R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Vacancy").finish_non_exhaustive()
    }
}

impl<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static> Vacancy<V, E, B, R> {
    pub(super) fn new(handle: Handle<V, E, B, R>, batch: Ticket) -> Self {
        let beat = handle.beat();
        let stale = handle.found(batch).map(|record| record.value.clone());
        Self { handle, batch, stale, expiration: None, beat }
    }

    /// What the value is to replace, if there is something: it has expired, or was invalidated but may still be served.
    pub fn stale(&self) -> Option<&V> {
        self.stale.as_ref()
    }

    /// The value's own expiration. Default: the region's.
    pub fn expires_in(mut self, expiration: Duration) -> Self {
        self.expiration = Some(expiration.as_secs_f64());
        self
    }

    /// Stores the value, then gives it to all who wait. It is not stored if the key was written, deleted or invalidated meanwhile, or if another
    /// caller has taken over since it took too long.
    ///
    /// # Errors
    /// The backend's, when it has failed to store. Those who wait have got the value all the same.
    pub async fn fill(self, value: V) -> Result<(), B::Error> {
        let Self { handle, batch, expiration, beat, .. } = self;
        let _alive = beat;
        handle.created(batch, Creation { result: Ok(vec![value]), own: expiration, is_kept: true });
        match drive(&handle, |_| None::<NoCreator<V, E>>).await {
            Driven::Answered(_, failed_to_store) => failed_to_store.map_or(Ok(()), Err),
            Driven::Vacant(_) => Ok(()), // somebody has taken over, and is gone: whoever waits creates now, for the value was begun too early
        }
    }

    /// Gives the value to all who wait, and stores nothing.
    pub fn pass(self, value: V) {
        self.end(Ok(vec![value]));
    }

    /// Tells all who wait that there will be no value, and why.
    pub fn fail(self, error: E) {
        self.end(Err(error));
    }

    fn end(self, result: Result<Vec<V>, E>) {
        self.handle.created(self.batch, Creation { result, own: None, is_kept: false });
    }
}
