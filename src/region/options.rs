//! The options of a call and of an invalidation.

use std::time::Duration;

use crate::machine::Request;

/// Changes a key before it reaches the backend.
pub(super) type Mangler = Box<dyn Fn(&str) -> String + Send + Sync>;

/// How a region's values are invalidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalidate {
    /// They count as missing.
    Hard,
    /// They count as stale: callers get them while one caller loads.
    Soft,
}

/// Options of one call, which override the region's. Default: the region's.
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
    /// The age at which a value counts as expired for this call. Default: the value's own limit, else the region's.
    #[must_use]
    pub fn expiration(mut self, expiration: Duration) -> Self {
        self.expiration = Some(expiration.as_secs_f64());
        self
    }

    /// How long a load may run before this call takes over. Default: the region's.
    #[must_use]
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = Some(lock_timeout.as_secs_f64());
        self
    }

    /// Returns a stale value if the creator fails and the value expired no longer ago than this. Default: the region's.
    #[must_use]
    pub fn stale_if_error(mut self, grace: Duration) -> Self {
        self.stale_if_error = Some(grace.as_secs_f64());
        self
    }

    /// Loads even if there is a fresh value; if a load is running, the call joins it. Default: `false`.
    #[must_use]
    pub fn force_refresh(mut self, force_refresh: bool) -> Self {
        self.force_refresh = force_refresh;
        self
    }

    /// The options as the machine's request.
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
