//! The options of calls and regions as numbers: seconds, NaN means "not given"; flags are bits.

use super::region::Region;
use crate::duration;
use crate::machine::{Request, Settings};

const FORCE_REFRESH: u32 = 1;
pub(super) const SHAREABLE: u32 = 2;
const OUTLIVES: u32 = 4;
const REVALIDATES: u32 = 8;
const WAITS: u32 = 16;

impl Region {
    pub(super) fn request(&self, expiration: f64, lock_timeout: f64, stale_if_error: f64, flags: u32, is_multi: bool) -> Request {
        Request {
            expiration: duration::normalize(expiration),
            lock_timeout: if lock_timeout.is_nan() { self.lock_timeout.get() } else { lock_timeout },
            stale_if_error: duration::normalize(stale_if_error),
            force_refresh: flags & FORCE_REFRESH != 0,
            is_multi,
            revalidates: (flags & (REVALIDATES | WAITS) != 0).then_some(flags & REVALIDATES != 0),
            outlives: flags & OUTLIVES != 0,
            is_shareable: flags & SHAREABLE != 0,
        }
    }
}

/// The bits of `flags`, in the order of the fields.
pub(super) fn settings(expiration: f64, lock_timeout: f64, jitter: f64, flags: u32) -> Settings {
    let has = |bit: u32| flags & 1 << bit != 0;
    Settings {
        expiration: duration::normalize(expiration),
        lock_timeout,
        coalesces: has(0),
        has_locks: has(1),
        has_runner: has(2),
        has_strategy: has(3),
        refreshes: has(4),
        is_observed: has(5),
        throws: has(6),
        has_tags: has(7),
        jitter,
        renews_in_background: true,
    }
}
