//! The record that a backend stores under a key.

use crate::freshness::{Metadata, VERSION};

/// A value with its metadata. `created` and `expiration` are in seconds, as in JavaScript and Python.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<V> {
    /// The value.
    pub value: V,
    /// Creation time, in seconds since the epoch.
    pub created: f64,
    /// Format version: 2. A region treats a record of another version as missing.
    pub version: f64,
    /// The value's own expiration in seconds; infinity means never, `None` means the region's.
    pub expiration: Option<f64>,
    /// Seconds that its creation took; `None` where nothing needs it.
    pub took: Option<f64>,
    /// The tags under which [`Region::invalidate_tags`](crate::Region::invalidate_tags) finds it.
    pub tags: Vec<String>,
}

impl<V> Record<V> {
    /// Creates a record of the current version.
    ///
    /// ```
    /// let record = dogpile::Record::new("value", 1_700_000_000.0, None);
    /// assert_eq!(record.version, 2.0);
    /// ```
    pub fn new(value: V, created: f64, expiration: Option<f64>) -> Self {
        Self::of_version(VERSION, value, created, expiration)
    }

    /// Creates a record of any version, as read from a store.
    pub fn of_version(version: f64, value: V, created: f64, expiration: Option<f64>) -> Self {
        Self { value, created, version, expiration, took: None, tags: Vec::new() }
    }

    pub(crate) fn metadata(&self) -> Metadata {
        Metadata { created: self.created, version: self.version }
    }
}
