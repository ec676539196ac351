//! A lock across isolates, by the npm package's Durable Object `DogpileLock`.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use super::bindings::{Objects, Reply, member, object};
use super::error::WebError;
use super::time::{Interval, settled, within};
use crate::backend::Lock;
use crate::machine::LockAnswer;
use crate::record::Record;

/// The interval of renewals; a lease ends after three times as long.
const RENEWAL: Duration = Duration::from_secs(1);
/// The longest time that the object keeps a waiting request; then the waiter asks again.
const ROUND: Duration = Duration::from_secs(20);
const ANSWER: Duration = Duration::from_secs(3);
/// For how many seconds it hands over what was stored at most, and how long that may be, in the code units of JavaScript.
const LONGEST_KEEP: f64 = 86_400.0;
const LONGEST_STORED: usize = 1 << 20;

/// The address of one key's lock.
#[derive(Debug, Clone)]
struct Place {
    objects: Objects,
    name: String,
}

/// The lock of one key of a [`CloudflareKvBackend`](super::CloudflareKvBackend), shared by all isolates through the npm package's Durable Object
/// `DogpileLock`, so Rust and JavaScript wait for each other. The holder renews it every second; if a request dies, the next one gets it after three seconds.
#[derive(Debug)]
pub struct DogpileLock {
    place: Place,
    keep: f64,
    token: Option<String>,
    renewal: Option<Interval>,
    found: Option<String>,
}

impl DogpileLock {
    /// `keep`: for how many seconds the stored value is handed over.
    pub(super) fn new(objects: &Objects, name: String, keep: f64) -> Self {
        let place = Place { objects: objects.clone(), name };
        Self { place, keep: keep.min(LONGEST_KEEP), token: None, renewal: None, found: None }
    }

    async fn take(&mut self, wait: bool) -> Result<bool, WebError> {
        self.let_go();
        let token = token()?;
        self.token = Some(token.clone());
        let answer = self.turn(&token, wait).await?;
        let is_granted = answer.get("granted") == Some(&Value::Bool(true));
        if is_granted {
            self.found = answer.get("stored").and_then(Value::as_str).map(str::to_owned);
            self.renewal = Some(keep_renewing(self.place.clone(), token));
        } else {
            self.token = None;
        }
        Ok(is_granted)
    }

    /// The first round is short, to distinguish a lock that does not respond from one that is held.
    async fn turn(&self, token: &str, wait: bool) -> Result<Map<String, Value>, WebError> {
        let mut round = Duration::ZERO;
        loop {
            let given = json!({ "operation": "acquire", "token": token, "wait": wait, "round": round.as_millis() as u64 });
            let answer = self.place.ask(given, round).await?;
            if answer.get("again") != Some(&Value::Bool(true)) {
                return Ok(answer);
            }
            round = ROUND;
        }
    }

    /// What the object hands over to the next one: null where that cannot be told.
    fn hand_over<V: Serialize>(stored: Option<&Record<V>>) -> Value {
        let text = stored.and_then(|record| record.to_text().ok());
        json!(text.filter(|text| text.encode_utf16().count() <= LONGEST_STORED))
    }

    /// Releases the lock, or leaves the queue, without waiting for the response.
    fn let_go(&mut self) {
        self.renewal = None;
        if let Some(token) = self.token.take() {
            let place = self.place.clone();
            spawn_local(async move {
                let _ = place.ask(json!({ "operation": "release", "token": token }), Duration::ZERO).await;
            });
        }
    }
}

impl Drop for DogpileLock {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl<V: Serialize + DeserializeOwned> Lock<V> for DogpileLock {
    async fn acquire(&mut self, wait: bool) -> LockAnswer {
        match self.take(wait).await {
            Ok(true) => LockAnswer::Granted,
            Ok(false) => LockAnswer::Busy,
            Err(_) => LockAnswer::Failed,
        }
    }

    fn handed_over(&mut self) -> Option<Record<V>> {
        Record::from_text(&self.found.take()?).ok()
    }

    async fn release(mut self, stored: Option<&Record<V>>) {
        let Some(token) = self.token.take() else { return };
        self.renewal = None;
        let mut given = json!({ "operation": "release", "token": token });
        if stored.is_some() {
            given["stored"] = Self::hand_over(stored);
            given["keep"] = json!(self.keep);
        }
        let _ = self.place.ask(given, Duration::ZERO).await;
    }

    async fn supersede(&mut self, stored: Option<&Record<V>>) {
        let mut given = json!({ "operation": "supersede" });
        if stored.is_some() {
            given["stored"] = Self::hand_over(stored);
            given["keep"] = json!(self.keep);
        }
        let _ = self.place.ask(given, Duration::ZERO).await;
    }
}

impl Place {
    /// Sends a request. Each uses a new stub, because a stub belongs to the request that created it.
    async fn ask(&self, given: Value, wait: Duration) -> Result<Map<String, Value>, WebError> {
        let asked = async {
            let stub = self.objects.stub(&self.objects.id_from_name(&self.name)?)?;
            let options = object(&[("method", "POST".into()), ("body", given.to_string().into())]);
            let reply: Reply = settled(stub.fetch("https://dogpile.lock/", &options)).await?.unchecked_into();
            let is_ok = member(&reply, "ok").is_some_and(|ok| ok.is_truthy());
            let text = settled(reply.text()).await?.as_string().unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(Value::Object(answer)) if is_ok => Ok(answer),
                _ => Err(WebError::new("LockError", format!("the lock responded with {text:?}: is the binding a DogpileLock?"))),
            }
        };
        within(wait + ANSWER, asked).await
    }
}

/// Renews the lease. The interval ends with the request that holds the lock, so the lease of a dead holder expires and that of a slow one does not.
fn keep_renewing(place: Place, token: String) -> Interval {
    let is_lost = Rc::new(Cell::new(false));
    let renew = move || {
        if is_lost.get() {
            return;
        }
        let (place, is_lost) = (place.clone(), is_lost.clone());
        let given = json!({ "operation": "renew", "token": token });
        spawn_local(async move {
            let answer = place.ask(given, Duration::ZERO).await;
            is_lost.set(answer.is_ok_and(|answer| answer.get("held") == Some(&Value::Bool(false))));
        });
    };
    Interval::start(renew, RENEWAL)
}

fn token() -> Result<String, WebError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| WebError::new("CryptoError", error.to_string()))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
