//! What a call fails with.

use std::fmt;

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error<E> {
    /// The creator has failed; all who waited for it are told the same.
    Creator(E),
    /// Two creations in a row have not ended within `lock_timeout`.
    TimedOut,
    /// A creator of many keys has given another number of values than it was given keys.
    Incomplete,
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Creator(error) => write!(formatter, "the creator failed: {error}"),
            Self::TimedOut => formatter.write_str("two loads in a row took longer than the lock timeout"),
            Self::Incomplete => formatter.write_str("the creator must return one value for each key"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Creator(error) => Some(error),
            _ => None,
        }
    }
}
