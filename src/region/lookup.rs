//! Loading without a closure.

use std::future::Ready;
use std::sync::Arc;

use super::caller::Handle;
use super::drive::{Driven, drive};
use super::error::Error;
use super::vacancy::Vacancy;
use crate::backend::Backend;
use crate::machine::Served;
use crate::runtime::Runtime;

/// The result of [`Region::look_up`](super::Region::look_up).
pub enum Lookup<V, E, B: Backend<V>, R: Runtime> {
    /// The stored value is fresh.
    Fresh(V),
    /// The stored value has expired or was invalidated; another caller loads the new one.
    Stale(V),
    /// The value or error of another caller's load, which this call waited for.
    Joined(Result<V, Error<E>>),
    /// There is no fresh value, and this caller has to create it.
    Vacant(Vacancy<V, E, B, R>),
}

impl<V: std::fmt::Debug, E: std::fmt::Debug, B: Backend<V>, R: Runtime> std::fmt::Debug for Lookup<V, E, B, R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fresh(value) => formatter.debug_tuple("Fresh").field(value).finish(),
            Self::Stale(value) => formatter.debug_tuple("Stale").field(value).finish(),
            Self::Joined(result) => formatter.debug_tuple("Joined").field(result).finish(),
            Self::Vacant(vacancy) => formatter.debug_tuple("Vacant").field(vacancy).finish(),
        }
    }
}

/// A creator for a call that has none.
pub(super) type NoCreator<V, E> = Ready<Result<Vec<V>, E>>;

pub(super) async fn look_up<V: Clone + 'static, E: Clone + 'static, B: Backend<V> + 'static, R: Runtime + 'static>(
    handle: Handle<V, E, B, R>,
) -> Lookup<V, E, B, R> {
    let answer = match drive(&handle, |_| None::<NoCreator<V, E>>).await {
        Driven::Vacant(batch) => return Lookup::Vacant(Vacancy::new(handle, batch)),
        Driven::Answered(Err(error), _) => return Lookup::Joined(Err(error.into_own())),
        Driven::Answered(Ok(answers), _) => answers.into_iter().next(),
    };
    match answer {
        Some(answer) if answer.how == Served::Fresh => Lookup::Fresh(answer.value()),
        Some(answer) if answer.how == Served::Stale => Lookup::Stale(answer.value()),
        Some(answer) => Lookup::Joined(Ok(answer.value())),
        None => Lookup::Joined(Err(Error::Incomplete)),
    }
}

impl<E: Clone> Error<Arc<E>> {
    /// The same with an owned error.
    pub(super) fn into_own(self) -> Error<E> {
        match self {
            Error::Creator(error) => Error::Creator(Arc::try_unwrap(error).unwrap_or_else(|error| E::clone(&error))),
            Error::TimedOut => Error::TimedOut,
            Error::Incomplete => Error::Incomplete,
        }
    }
}
