//! A backend's connection: opened when needed, dropped when lost.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::{Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{IdbDatabase, IdbObjectStore, IdbTransaction};

use super::super::bindings::{Durable, object};
use super::super::error::WebError;
use super::super::time::{settled, within};
use super::opening::open;

/// The time limit of an opening or a transaction: a blocked or lost database may never respond.
const PATIENCE: Duration = Duration::from_secs(5);

/// The errors of a transaction whose connection was lost: the site's data were cleared, the database deleted, or its process died.
const BROKEN: [&str; 6] =
    ["AbortError", "InvalidStateError", "NotFoundError", "TimeoutError", "TransactionInactiveError", "UnknownError"];

/// The mode of a transaction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Access {
    Read,
    Write,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Closed,
    /// All operations share one opening. If it is not answered in time, the next operation waits for it too.
    Opening(Promise),
    Open(IdbDatabase),
}

#[derive(Debug, Default)]
pub(super) struct Connection(RefCell<State>);

impl Connection {
    /// Runs `act` in a transaction, again on a new connection if this one is broken.
    pub async fn run<T>(
        &self,
        database_name: &str,
        store_name: &str,
        access: Access,
        act: impl Fn(&IdbObjectStore) -> Result<T, JsValue>,
    ) -> Result<T, WebError> {
        let mut is_first = true;
        loop {
            let database = self.database(database_name, store_name).await?;
            match transact(&database, store_name, access, &act).await {
                Err(error) if BROKEN.contains(&error.name()) => {
                    self.give_up(&database);
                    if !std::mem::take(&mut is_first) {
                        return Err(error);
                    }
                }
                result => return result,
            }
        }
    }

    async fn database(&self, database_name: &str, store_name: &str) -> Result<IdbDatabase, WebError> {
        let opening = match &*self.0.borrow() {
            State::Open(database) => return Ok(database.clone()),
            State::Opening(opening) => Some(opening.clone()),
            State::Closed => None,
        };
        let opening = opening.unwrap_or_else(|| {
            let opening = future_to_promise(open(database_name.to_owned(), store_name.to_owned()));
            self.0.replace(State::Opening(opening.clone()));
            opening
        });
        let opened = within(PATIENCE, async { Ok(settled(Ok(opening.clone())).await) }).await?;
        let is_current = matches!(&*self.0.borrow(), State::Opening(current) if Object::is(current, &opening));
        if is_current {
            self.0.replace(opened.as_ref().map_or(State::Closed, |database| State::Open(database.clone().unchecked_into())));
        }
        Ok(opened?.unchecked_into())
    }

    fn give_up(&self, database: &IdbDatabase) {
        database.close();
        let is_current = matches!(&*self.0.borrow(), State::Open(current) if current == database);
        if is_current {
            self.0.replace(State::Closed);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let State::Open(database) = self.0.get_mut() {
            database.close();
        }
    }
}

async fn transact<T>(
    database: &IdbDatabase,
    store_name: &str,
    access: Access,
    act: impl Fn(&IdbObjectStore) -> Result<T, JsValue>,
) -> Result<T, WebError> {
    let mode = if access == Access::Read { "readonly" } else { "readwrite" };
    let options = object(&[("durability", "relaxed".into())]);
    let transaction = database.unchecked_ref::<Durable>().transaction(store_name, mode, &options)?;
    match act(&transaction.object_store(store_name)?) {
        Ok(asked) => {
            within(PATIENCE, done(&transaction)).await?;
            Ok(asked)
        }
        Err(error) => {
            let _ = transaction.abort();
            Err(error.into())
        }
    }
}

async fn done(transaction: &IdbTransaction) -> Result<(), WebError> {
    let ended = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    let why = || match transaction.error() {
        Some(error) => JsValue::from(error).into(),
        None => WebError::new("AbortError", "the transaction was aborted"),
    };
    JsFuture::from(ended).await.map(|_| ()).map_err(|_| why())
}
