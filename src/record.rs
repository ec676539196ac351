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
}

impl<V> Record<V> {
    /// Creates a record of the current version.
    ///
    /// ```
    /// let record = dogpile::Record::new("value", 1_700_000_000.0, None);
    /// assert_eq!(record.version, 2.0);
    /// ```
    pub fn new(value: V, created: f64, expiration: Option<f64>) -> Self {
        Self { value, created, version: VERSION, expiration }
    }

    /// Creates a record of any version, as read from a store.
    pub fn of_version(version: f64, value: V, created: f64, expiration: Option<f64>) -> Self {
        Self { value, created, version, expiration }
    }

    pub(crate) fn metadata(&self) -> Metadata {
        Metadata { created: self.created, version: self.version }
    }
}
