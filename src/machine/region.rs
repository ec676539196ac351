//! The machine's part of a region: settings, invalidation times, counters.

use super::Time;
use super::slab::Reusable;
use crate::early;
use crate::freshness::{self, Invalidated, Invalidations};

/// The configuration of a region. Times are in seconds; infinity means never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The age at which records expire, unless they or the call have their own limit.
    pub expiration: Option<f64>,
    /// How long a load, a lock or the backend may take.
    pub lock_timeout: f64,
    /// Whether the backend stores anything; if not, every call loads for itself.
    pub coalesces: bool,
    /// Whether the backend has locks.
    pub has_locks: bool,
    /// Whether a runner loads stale values.
    pub has_runner: bool,
    /// Whether the user's strategy decides what is invalidated.
    pub has_strategy: bool,
    /// Whether records are invalidated by their tags, too, as the host says.
    pub has_tags: bool,
    /// Whether the strategy, or that of the tags, has to be refreshed.
    pub refreshes: bool,
    /// Whether there is an observer.
    pub is_observed: bool,
    /// Whether a failed write rejects.
    pub throws: bool,
    /// The part of its expiration by which a record may expire earlier, from 0 to 0.5.
    pub jitter: f64,
    /// Whether a caller who renews a fresh record is served at once; if not, the caller waits for the new value.
    pub renews_in_background: bool,
}

impl Default for Settings {
    /// Nothing expires, every call loads for itself, and there is no time limit.
    fn default() -> Self {
        Self {
            expiration: None,
            lock_timeout: f64::INFINITY,
            coalesces: false,
            has_locks: false,
            has_runner: false,
            has_strategy: false,
            has_tags: false,
            refreshes: false,
            is_observed: false,
            throws: false,
            jitter: 0.0,
            renews_in_background: false,
        }
    }
}

impl Settings {
    /// Whether the host has to be asked what was invalidated.
    pub const fn asks_host(&self) -> bool {
        self.has_strategy || self.has_tags
    }
}

/// The counters of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Fresh values returned.
    pub hits: u32,
    /// Stale values returned.
    pub stale_hits: u32,
    /// Calls that found no value to return.
    pub misses: u32,
    /// Values that creators were called for.
    pub creations: u32,
    /// Creations that failed.
    pub creation_errors: u32,
    /// Calls that got a value loaded by another call.
    pub coalesced: u32,
    /// Loads that another call took over.
    pub takeovers: u32,
    /// Fresh values whose renewal was begun before they expired.
    pub early_refreshes: u32,
}

impl Counts {
    /// A counter by its index, in the order of the fields.
    pub fn by_number(&self, index: u32) -> u32 {
        match index {
            0 => self.hits,
            1 => self.stale_hits,
            2 => self.misses,
            3 => self.creations,
            4 => self.creation_errors,
            5 => self.coalesced,
            6 => self.takeovers,
            _ => self.early_refreshes,
        }
    }
}

#[derive(Debug)]
pub(super) struct Region {
    pub settings: Settings,
    pub times: Invalidations,
    pub counts: Counts,
    /// How often it was configured.
    pub generation: u32,
}

impl Default for Region {
    fn default() -> Self {
        let never = f64::NEG_INFINITY;
        Self {
            settings: Settings::default(),
            times: Invalidations { hard: never, soft: never },
            counts: Counts::default(),
            generation: 0,
        }
    }
}

impl Region {
    /// Seconds until a record expires for a call with this expiration. `own`: the record's.
    #[inline(never)]
    pub fn expiration(&self, call: Option<f64>, own: Option<f64>, created: f64) -> f64 {
        early::jittered(freshness::expiration(call, own, self.settings.expiration), self.settings.jitter, created)
    }

    /// What the invalidations say of a record: those of the region, unless a strategy decides, and what the host has said of its strategy and its tags. The
    /// clock is looked at only if there were any.
    pub fn judge(&self, created: f64, said: Invalidated, time: &impl Time) -> Invalidated {
        if self.settings.has_strategy || self.times.are_none() {
            return said;
        }
        self.times.of(created, time.now()).max(said)
    }
}

impl Reusable for Region {}
