//! The right to create one value.

use std::time::Duration;

use super::caller::Handle;
use super::drive::{Creation, Driven, drive};
use super::lookup::NoCreator;
use crate::backend::Backend;
use crate::machine::Ticket;
use crate::runtime::Runtime;

/// The right to create one value, for all waiting callers. If it is dropped unfilled, the next waiting caller gets it.
///
/// It may be moved into another task, or into the future that a Worker's `wait_until` gets.
#[must_use = "others wait for the value"]
pub struct Vacancy<V, E, B: Backend<V>, R: Runtime> {
    handle: Handle<V, E, B, R>,
    batch: Ticket,
    stale: Option<V>,
    expiration: Option<f64>,
    tags: Vec<String>,
    /// On Workers: the request's heartbeat while the value is created.
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
        Self { handle, batch, stale, expiration: None, tags: Vec::new(), beat }
    }

    /// The stale value that is being replaced, if there is one.
    pub fn stale(&self) -> Option<&V> {
        self.stale.as_ref()
    }

    /// The value's own expiration. Default: the region's.
    pub fn expires_in(mut self, expiration: Duration) -> Self {
        self.expiration = Some(expiration.as_secs_f64());
        self
    }

    /// The names under which [`invalidate_tags`](super::Region::invalidate_tags) finds the value, beside those of the calls that wait for it.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Stores the value and returns it to all waiting callers. It is not stored if the key was written, deleted or invalidated meanwhile, or if another
    /// caller took over because it was late.
    ///
    /// # Errors
    /// The backend's, if it failed to store the value. Waiting callers get the value nevertheless.
    pub async fn fill(self, value: V) -> Result<(), B::Error> {
        let Self { handle, batch, expiration, tags, beat, .. } = self;
        let _alive = beat;
        handle.created(batch, Creation { result: Ok(vec![value]), own: expiration, tags, is_kept: true });
        match drive(&handle, |_| None::<NoCreator<V, E>>).await {
            Driven::Answered(_, failed_to_store) => failed_to_store.map_or(Ok(()), Err),
            Driven::Vacant(_) => Ok(()), // another caller took over and was dropped: a waiting caller loads, as this value was started too early
        }
    }

    /// Returns the value to all waiting callers without storing it.
    pub fn pass(self, value: V) {
        self.end(Ok(vec![value]));
    }

    /// Fails with an error, which all waiting callers get.
    pub fn fail(self, error: E) {
        self.end(Err(error));
    }

    fn end(self, result: Result<Vec<V>, E>) {
        self.handle.created(self.batch, Creation { result, own: None, tags: Vec::new(), is_kept: false });
    }
}
