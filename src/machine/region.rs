//! What the machine knows of a region: its settings, its invalidation times, its counts.

use super::Time;
use super::slab::Reusable;
use crate::freshness::{Invalidated, Invalidations};

/// How a region is configured. Times are in seconds, infinity for never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// When records expire, unless they or a call say otherwise.
    pub expiration: Option<f64>,
    /// For how long a creator, a lock or the backend is waited for.
    pub lock_timeout: f64,
    /// Whether the backend keeps anything: else nobody waits for anybody.
    pub coalesces: bool,
    /// Whether the backend has locks.
    pub has_locks: bool,
    /// Whether a runner replaces what is stale.
    pub has_runner: bool,
    /// Whether a strategy of the user's says what is invalidated.
    pub has_strategy: bool,
    /// Whether that strategy is to be asked for news.
    pub refreshes: bool,
    /// Whether an observer is told.
    pub is_observed: bool,
    /// Whether a failed write rejects.
    pub throws: bool,
}

impl Default for Settings {
    /// Nothing expires, and whoever calls creates for itself, for as long as it takes.
    fn default() -> Self {
        Self {
            expiration: None,
            lock_timeout: f64::INFINITY,
            coalesces: false,
            has_locks: false,
            has_runner: false,
            has_strategy: false,
            refreshes: false,
            is_observed: false,
            throws: false,
        }
    }
}

/// What a region counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Fresh values served.
    pub hits: u32,
    /// Stale values served.
    pub stale_hits: u32,
    /// Calls for which there was nothing.
    pub misses: u32,
    /// Values that creators were called for.
    pub creations: u32,
    /// Values that they failed to give.
    pub creation_errors: u32,
    /// Calls that got what another one has created.
    pub coalesced: u32,
    /// Leaders that were replaced.
    pub takeovers: u32,
}

impl Counts {
    /// In the order of the fields.
    pub fn by_number(&self, index: u32) -> u32 {
        match index {
            0 => self.hits,
            1 => self.stale_hits,
            2 => self.misses,
            3 => self.creations,
            4 => self.creation_errors,
            5 => self.coalesced,
            _ => self.takeovers,
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
    /// What the invalidations say of a record: those of the region, or a strategy, which has said so. The clock is looked at only if there were any.
    pub fn judge(&self, created: f64, said: Invalidated, time: &impl Time) -> Invalidated {
        if self.settings.has_strategy {
            return said;
        }
        if self.times.are_none() { Invalidated::No } else { self.times.of(created, time.now()) }
    }
}

impl Reusable for Region {}
