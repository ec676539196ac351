//! What one call asks for, and how a region invalidates.

use std::time::Duration;

use crate::machine::Request;

/// From a key to the one that the backend sees.
pub(super) type Mangler = Box<dyn Fn(&str) -> String + Send + Sync>;

/// How a region's values are ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalidate {
    /// They are gone.
    Hard,
    /// They are stale: served while one caller creates anew.
    Soft,
}

/// What one call wants otherwise than its region. By default nothing.
///
/// ```
/// let options = dogpile::CallOptions::default().expiration(std::time::Duration::from_secs(5)).force_refresh(true);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CallOptions {
    expiration: Option<f64>,
    lock_timeout: Option<f64>,
    stale_if_error: Option<f64>,
    force_refresh: bool,
}

impl CallOptions {
    /// How old a value may be for this call. Default: what the value or its region says.
    #[must_use]
    pub fn expiration(mut self, expiration: Duration) -> Self {
        self.expiration = Some(expiration.as_secs_f64());
        self
    }

    /// For how long this call waits for a creator before it takes over. Default: the region's.
    #[must_use]
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = Some(lock_timeout.as_secs_f64());
        self
    }

    /// Where the creator fails, this call takes a value that has expired no longer ago than this. Default: the region's.
    #[must_use]
    pub fn stale_if_error(mut self, grace: Duration) -> Self {
        self.stale_if_error = Some(grace.as_secs_f64());
        self
    }

    /// Whether this call wants a new value whatever there is. Default: no.
    #[must_use]
    pub fn force_refresh(mut self, force_refresh: bool) -> Self {
        self.force_refresh = force_refresh;
        self
    }

    /// As the machine has it.
    pub(super) fn request(&self, is_multi: bool, lock_timeout: f64, stale_if_error: Option<f64>) -> Request {
        Request {
            expiration: self.expiration,
            lock_timeout: self.lock_timeout.unwrap_or(lock_timeout),
            stale_if_error: self.stale_if_error.or(stale_if_error),
            force_refresh: self.force_refresh,
            is_multi,
            revalidates: None,
            outlives: true,
            is_shareable: false,
        }
    }
}
