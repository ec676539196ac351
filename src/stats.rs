//! What a region counts.

use std::cell::Cell;

/// One number that only grows.
#[derive(Debug, Default)]
pub struct Count(Cell<u64>);

impl Count {
    /// One more.
    pub fn up(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: usize) {
        self.0.set(self.0.get().saturating_add(more as u64));
    }

    /// How many so far, as JavaScript counts.
    pub fn get(&self) -> f64 {
        self.0.get() as f64
    }
}

/// The counts behind `region.stats`, by caller and key.
#[derive(Debug, Default)]
pub struct Stats {
    /// Fresh values served.
    pub hits: Count,
    /// Stale values served while another caller creates.
    pub stale_hits: Count,
    /// Callers that found nothing to serve.
    pub misses: Count,
    /// Values that a creator was asked for.
    pub creations: Count,
    /// Those that it failed to give.
    pub creation_errors: Count,
    /// Callers that got a value created by another caller.
    pub coalesced: Count,
    /// Creations that were given up for another one.
    pub takeovers: Count,
    /// Reads and writes that failed.
    pub backend_errors: Count,
}
