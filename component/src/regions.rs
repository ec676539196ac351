//! What is exported: regions and vacancies.

use std::time::Duration;

use dogpile::{CallOptions, Error, Invalidate, Lookup};

use crate::bindings::regions::{self, Answer, Request, Settings};
use crate::bindings::types;
use crate::clocks::Clocks;
use crate::store::Store;

pub struct Component;

impl regions::Guest for Component {
    type Region = Region;
    type Vacancy = Vacancy;
}

pub struct Region(dogpile::Region<Vec<u8>, String, Store, Clocks>);

impl regions::GuestRegion for Region {
    fn new(settings: Settings) -> Self {
        let mut builder = dogpile::Region::builder(Store, Clocks);
        if let Some(expiration) = settings.expiration {
            builder = builder.expiration(duration(expiration));
        }
        if let Some(lock_timeout) = settings.lock_timeout {
            builder = builder.lock_timeout(duration(lock_timeout));
        }
        if !settings.prefix.is_empty() {
            builder = builder.key_mangler(move |key| format!("{}{key}", settings.prefix));
        }
        Self(builder.build())
    }

    async fn look_up(&self, request: Request) -> Result<Answer, types::Error> {
        let mut options = CallOptions::default().force_refresh(request.force_refresh);
        if let Some(expiration) = request.expiration {
            options = options.expiration(duration(expiration));
        }
        Ok(match self.0.look_up_with(&request.key, &options).await {
            Lookup::Fresh(value) => Answer::Fresh(value),
            Lookup::Stale(value) => Answer::Stale(value),
            Lookup::Joined(result) => Answer::Created(result.map_err(error)?),
            Lookup::Vacant(vacancy) => Answer::Vacant(regions::Vacancy::new(Vacancy(vacancy))),
        })
    }

    async fn get(&self, key: String) -> Result<Option<Vec<u8>>, types::Error> {
        self.0.get(&key).await.map_err(types::Error::Backend)
    }

    async fn set(&self, key: String, payload: Vec<u8>) -> Result<(), types::Error> {
        self.0.set(&key, payload).await.map_err(types::Error::Backend)
    }

    async fn delete(&self, key: String) -> Result<(), types::Error> {
        self.0.delete(&key).await.map_err(types::Error::Backend)
    }

    fn invalidate(&self, hard: bool) {
        self.0.invalidate(if hard { Invalidate::Hard } else { Invalidate::Soft });
    }
}

pub struct Vacancy(dogpile::Vacancy<Vec<u8>, String, Store, Clocks>);

impl regions::GuestVacancy for Vacancy {
    fn stale(&self) -> Option<Vec<u8>> {
        self.0.stale().cloned()
    }

    async fn fill(this: regions::Vacancy, payload: Vec<u8>, expires_in: Option<f64>) -> Result<(), types::Error> {
        let Self(mut vacancy) = this.into_inner();
        if let Some(expires_in) = expires_in {
            vacancy = vacancy.expires_in(duration(expires_in));
        }
        vacancy.fill(payload).await.map_err(types::Error::Backend)
    }

    fn pass(this: regions::Vacancy, payload: Vec<u8>) {
        this.into_inner::<Self>().0.pass(payload);
    }

    fn fail(this: regions::Vacancy, message: String) {
        this.into_inner::<Self>().0.fail(message);
    }
}

/// Infinity is never, and so is what is too long for a `Duration`. What is below zero is over at once.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

fn error(error: Error<String>) -> types::Error {
    match error {
        Error::Creator(message) => types::Error::Creation(message),
        _ => types::Error::TimedOut,
    }
}
