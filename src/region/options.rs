//! The options of a call and of an invalidation.

use std::time::Duration;

use super::tags::distinct;
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallOptions {
    expiration: Option<f64>,
    lock_timeout: Option<f64>,
    stale_if_error: Option<f64>,
    force_refresh: bool,
    tags: Vec<String>,
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

    /// The names under which [`invalidate_tags`](super::Region::invalidate_tags) finds what this call creates, or waits for. A stored value that the call
    /// finds keeps its own. Default: none.
    ///
    /// The npm package, which reads the same records, takes at most 64 tags of a value, none of them empty or longer than 256 UTF-16 units.
    #[must_use]
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tags = distinct(tags.into_iter().map(Into::into).collect());
        self
    }

    /// The tags of the call.
    pub(super) fn own_tags(&self) -> &[String] {
        &self.tags
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

/// Options of one `set`. Default: the region's expiration, and no tags.
///
/// ```
/// let options = dogpile::SetOptions::default().expiration(std::time::Duration::from_secs(5)).tags(["users"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetOptions {
    pub(super) expiration: Option<f64>,
    pub(super) tags: Vec<String>,
}

impl SetOptions {
    /// The value's own expiration. Default: the region's.
    #[must_use]
    pub fn expiration(mut self, expiration: Duration) -> Self {
        self.expiration = Some(expiration.as_secs_f64());
        self
    }

    /// The names under which [`invalidate_tags`](super::Region::invalidate_tags) finds the value. Default: none.
    #[must_use]
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tags = distinct(tags.into_iter().map(Into::into).collect());
        self
    }
}
