//! What a backend keeps under a key.

use crate::freshness::{Metadata, VERSION};

/// A value with what is known of it. `created` and `expiration` are in seconds, as in JavaScript and Python.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<V> {
    /// The value.
    pub value: V,
    /// When it was created: seconds since the epoch.
    pub created: f64,
    /// The version of the record's format; a region reads its own, 2, and takes any other for a miss.
    pub version: f64,
    /// The value's own expiration in seconds, infinity for never; `None` leaves it to the region.
    pub expiration: Option<f64>,
}

impl<V> Record<V> {
    /// A record of the version that is written today.
    ///
    /// ```
    /// let record = dogpile::Record::new("value", 1_700_000_000.0, None);
    /// assert_eq!(record.version, 2.0);
    /// ```
    pub fn new(value: V, created: f64, expiration: Option<f64>) -> Self {
        Self { value, created, version: VERSION, expiration }
    }

    /// A record as it was read from a store, of whatever version.
    pub fn of_version(version: f64, value: V, created: f64, expiration: Option<f64>) -> Self {
        Self { value, created, version, expiration }
    }

    pub(crate) fn metadata(&self) -> Metadata {
        Metadata { created: self.created, version: self.version }
    }
}
