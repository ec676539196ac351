//! Carries out what a call is told to, until it has its answer.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::caller::Handle;
use super::error::Error;
use super::operation::Done;
use super::tasks::Next;
use crate::backend::Backend;
use crate::machine::{Served, Ticket};
use crate::record::Record;
use crate::runtime::{Runtime, Wakeup};

/// A value that a call was given for one of its keys.
#[derive(Debug)]
pub(super) struct Answer<V> {
    pub record: Arc<Record<V>>,
    pub how: Served,
}

impl<V: Clone> Answer<V> {
    pub fn value(&self) -> V {
        self.record.value.clone()
    }
}

/// A value for each of a call's keys, or an error.
pub(super) type Outcome<V, E> = Result<Vec<Answer<V>>, Error<Arc<E>>>;

/// What a call has come to.
pub(super) enum Driven<V, E, F> {
    /// Its outcome; and what the backend has failed with when a value was stored.
    Answered(Outcome<V, E>, Option<F>),
    /// There was no creator for this.
    Vacant(Ticket),
}

/// What a creator has come to.
pub(super) struct Creation<V, E> {
    pub result: Result<Vec<V>, E>,
    /// The values' own expiration in seconds.
    pub own: Option<f64>,
    /// Tags beside those of the calls.
    pub tags: Vec<String>,
    /// Whether the values are to be stored.
    pub is_kept: bool,
}

/// What a future waits for.
struct UnderWay<O, C> {
    operations: FuturesUnordered<O>,
    creations: FuturesUnordered<C>,
    /// How many of the operations others wait for.
    owed: usize,
}

enum Happened<V, L, F, E> {
    Done(Done<V, L, F>),
    Created(Ticket, Creation<V, E>),
    Woken,
}

impl<O, C, V, L, F, E> UnderWay<O, C>
where
    O: Future<Output = (bool, Done<V, L, F>)>,
    C: Future<Output = (Ticket, Creation<V, E>)>,
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Happened<V, L, F, E>> {
        if let Poll::Ready(Some((is_owed, done))) = self.operations.poll_next_unpin(context) {
            self.owed -= usize::from(is_owed);
            return Poll::Ready(Happened::Done(done));
        }
        match self.creations.poll_next_unpin(context) {
            Poll::Ready(Some((batch, creation))) => Poll::Ready(Happened::Created(batch, creation)),
            _ => Poll::Pending,
        }
    }

    /// What happens next. Nothing is set up to wake this future if something has happened already.
    async fn next<B: Backend<V, Lock = L, Error = F>, R: Runtime>(
        &mut self,
        handle: &Handle<V, E, B, R>,
    ) -> Happened<V, L, F, E> {
        if let Poll::Ready(happened) = poll_fn(|context| Poll::Ready(self.poll(context))).await {
            return happened;
        }
        let Some(wakeup) = handle.wakeup() else { return Happened::Woken };
        let mut wait = pin!(wakeup.wait());
        poll_fn(|context| match self.poll(context) {
            Poll::Ready(happened) => Poll::Ready(happened),
            Poll::Pending => wait.as_mut().poll(context).map(|()| Happened::Woken),
        })
        .await
    }
}

/// Goes on until a call has its answer, and what others wait for is done. `create`: begins to create for these seats.
pub(super) async fn drive<V: Clone, E, B: Backend<V>, R: Runtime, F>(
    handle: &Handle<V, E, B, R>,
    mut create: impl FnMut(Vec<usize>) -> Option<F>,
) -> Driven<V, E, B::Error>
where
    F: Future<Output = Result<Vec<V>, E>>,
{
    let mut under_way = UnderWay { operations: FuturesUnordered::new(), creations: FuturesUnordered::new(), owed: 0 };
    let mut failed_to_store = None;
    loop {
        match handle.next() {
            Next::Perform(operation) => {
                let is_owed = operation.is_owed();
                under_way.owed += usize::from(is_owed);
                under_way.operations.push(async move { (is_owed, handle.shared.perform(operation).await) });
                continue;
            }
            Next::Create(batch, seats) => {
                let Some(creation) = create(seats) else { return Driven::Vacant(batch) };
                let creation =
                    async move { (batch, Creation { result: creation.await, own: None, tags: Vec::new(), is_kept: true }) };
                under_way.creations.push(creation);
                continue;
            }
            Next::Nothing => continue,
            Next::Wait => {}
        }
        if under_way.owed == 0
            && let Some(answer) = handle.answer()
        {
            return Driven::Answered(answer, failed_to_store);
        }
        match under_way.next(handle).await {
            Happened::Done(done) => handle.done(done, &mut failed_to_store),
            Happened::Created(batch, creation) => handle.created(batch, creation),
            Happened::Woken => handle.woken(),
        }
    }
}
