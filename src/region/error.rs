//! The error of a call.

use std::fmt;

/// Why a call returned no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error<E> {
    /// The creator failed. All waiting callers get the same error.
    Creator(E),
    /// Two loads in a row took longer than `lock_timeout`.
    TimedOut,
    /// A creator of many keys returned another number of values.
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
