//! The rules of freshness: pure functions of a record, the expirations, the invalidation times and the current time.

/// The version of the stored format, dogpile.cache's own.
pub const VERSION: f64 = 2.0;

/// Seconds by which clocks may differ. A time farther in the future comes from a wrong clock.
pub const NEAR: f64 = 60.0;

/// How far in the future the times are after the clock was corrected: near enough to create values after them.
const MOVED: f64 = 59.0;

/// A stored record without its payload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metadata {
    /// Creation time in seconds since the epoch.
    pub created: f64,
    /// Format version.
    pub version: f64,
}

/// Why there is no value to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The backend has no record.
    Absent,
    /// The record is of another format version.
    Version,
    /// It was invalidated, or, for `get`, has expired.
    Invalidated,
    /// It cannot be read.
    Unreadable,
}

/// The effect of a region's invalidations on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invalidated {
    /// Nothing.
    No = 0,
    /// It is stale: it may be returned while a caller loads.
    Soft = 1,
    /// It is missing.
    Hard = 2,
}

/// The two invalidation times of a region. They are separate, so that a soft invalidation does not undo a hard one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Invalidations {
    /// Records created before this are missing.
    pub hard: f64,
    /// Records created before this are stale.
    pub soft: f64,
}

impl Invalidations {
    /// Whether nothing was ever invalidated.
    pub fn are_none(&self) -> bool {
        self.hard.max(self.soft) == f64::NEG_INFINITY
    }

    /// Their effect on a record of this creation time. A time too far in the future counts as before every invalidation:
    /// its clock was wrong, and otherwise nothing could invalidate the record.
    pub fn of(&self, created: f64, now: f64) -> Invalidated {
        let created = if is_far_ahead(created, now) { f64::NEG_INFINITY } else { created };
        if created < self.hard {
            Invalidated::Hard
        } else if created < self.soft {
            Invalidated::Soft
        } else {
            Invalidated::No
        }
    }
}

/// The invalidation time after one more invalidation: an earlier time, or none, changes nothing.
pub fn later(latest: f64, time: f64) -> f64 {
    latest.max(time)
}

/// Whether a time comes from a wrong clock.
pub fn is_far_ahead(time: f64, now: f64) -> bool {
    time > now + NEAR
}

/// An invalidation time of this realm after its clock was corrected: a time too far in the future would be in effect until the clock reaches it.
pub fn moved(time: f64, now: f64) -> f64 {
    if is_far_ahead(time, now) { now + MOVED } else { time }
}

/// The decision for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Return it.
    Fresh,
    /// Return it while one caller loads the new value.
    Stale,
    /// Load it while the others wait.
    Missing(Why),
}

impl Decision {
    /// The number for JavaScript: 0 fresh, 1 stale, 2 absent, 3 another version, 4 invalidated, 5 unreadable.
    pub fn as_number(self) -> u32 {
        match self {
            Decision::Fresh => 0,
            Decision::Stale => 1,
            Decision::Missing(Why::Absent) => 2,
            Decision::Missing(Why::Version) => 3,
            Decision::Missing(Why::Invalidated) => 4,
            Decision::Missing(Why::Unreadable) => 5,
        }
    }
}

/// Seconds until a record expires: the call's expiration, else the record's, else the region's, else never.
pub fn expiration(call: Option<f64>, record: Option<f64>, region: Option<f64>) -> f64 {
    call.or(record).or(region).unwrap_or(f64::INFINITY)
}

/// Seconds that a backend should keep a record: it is fresh for the longest of the expirations, and then useful as a stale value for
/// as long again, at least a minute, or for the grace after a failure. Infinity means forever.
pub fn retention(call: Option<f64>, record: Option<f64>, region: Option<f64>, grace: Option<f64>) -> f64 {
    const SHORTEST: f64 = 60.0;
    // If neither has an expiration, the record never expires for calls without their own.
    let others = record.into_iter().chain(region).reduce(f64::max).unwrap_or(f64::INFINITY);
    let expiration = call.unwrap_or(0.0).max(others).max(0.0);
    expiration + expiration.max(SHORTEST).max(grace.unwrap_or(0.0))
}

/// Whether a record is returned if the creator fails: it expired no longer ago than `grace`.
pub fn serves_instead(record: Metadata, expiration: f64, invalidated: Invalidated, grace: f64, now: f64) -> bool {
    !matches!(decide(record, expiration + grace, invalidated, now), Decision::Missing(_))
        && !expired(record.created, expiration + grace, now)
}

/// Whether a record has expired. A record of exactly that age has not; nor has one created in the future.
fn expired(created: f64, expiration: f64, now: f64) -> bool {
    now - created > expiration
}

/// The decision of `getOrCreate`.
pub fn decide(record: Metadata, expiration: f64, invalidated: Invalidated, now: f64) -> Decision {
    if record.version != VERSION {
        Decision::Missing(Why::Version)
    } else if record.created.is_nan() || record.created <= 0.0 {
        // dogpile.cache treats such a time as a missing value.
        Decision::Missing(Why::Absent)
    } else if invalidated == Invalidated::Hard {
        Decision::Missing(Why::Invalidated)
    } else if invalidated == Invalidated::Soft || expired(record.created, expiration, now) {
        Decision::Stale
    } else {
        Decision::Fresh
    }
}

/// The decision of `get`: fresh, or missing.
pub fn read(record: Metadata, expiration: f64, invalidated: Invalidated, now: f64) -> Decision {
    if record.version != VERSION {
        Decision::Missing(Why::Version)
    } else if invalidated != Invalidated::No || expired(record.created, expiration, now) {
        Decision::Missing(Why::Invalidated)
    } else {
        Decision::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_700_000_000.0;
    const NONE: Invalidations = Invalidations { hard: f64::NEG_INFINITY, soft: f64::NEG_INFINITY };

    fn record(age: f64) -> Metadata {
        Metadata { created: NOW - age, version: VERSION }
    }

    fn decided(age: f64, expiration: f64) -> Decision {
        decide(record(age), expiration, Invalidated::No, NOW)
    }

    #[test]
    fn an_age_equal_to_the_expiration_is_fresh() {
        assert_eq!(decided(5.0, 5.0), Decision::Fresh);
        assert_eq!(decided(5.125, 5.0), Decision::Stale);
        assert_eq!(decided(0.0, 0.0), Decision::Fresh);
        assert_eq!(decided(0.125, 0.0), Decision::Stale);
        assert_eq!(decided(0.0, -2.0), Decision::Stale);
        assert_eq!(decided(1e9, f64::INFINITY), Decision::Fresh);
    }

    #[test]
    fn a_creation_time_in_the_future_never_expires() {
        assert_eq!(decided(-10.0, 0.0), Decision::Fresh);
    }

    #[test]
    fn the_call_supersedes_the_record_which_supersedes_the_region() {
        assert_eq!(expiration(Some(0.0), Some(1.0), Some(2.0)), 0.0);
        assert_eq!(expiration(None, Some(1.0), Some(2.0)), 1.0);
        assert_eq!(expiration(None, None, Some(2.0)), 2.0);
        assert_eq!(expiration(None, None, None), f64::INFINITY);
    }

    #[test]
    fn another_version_is_missing_whatever_else_holds() {
        let old = Metadata { version: 1.0, ..record(0.0) };
        let nameless = Metadata { version: f64::NAN, ..record(0.0) };
        for odd in [old, nameless] {
            assert_eq!(decide(odd, f64::INFINITY, Invalidated::No, NOW), Decision::Missing(Why::Version));
            assert_eq!(read(odd, f64::INFINITY, Invalidated::No, NOW), Decision::Missing(Why::Version));
        }
    }

    #[test]
    fn soft_is_stale_without_any_expiration_and_hard_is_missing() {
        let endless = f64::INFINITY;
        assert_eq!(decide(record(1.0), endless, Invalidated::Soft, NOW), Decision::Stale);
        assert_eq!(decide(record(1.0), endless, Invalidated::Hard, NOW), Decision::Missing(Why::Invalidated));
        for invalidated in [Invalidated::Soft, Invalidated::Hard] {
            assert_eq!(read(record(1.0), endless, invalidated, NOW), Decision::Missing(Why::Invalidated));
        }
    }

    #[test]
    fn a_soft_invalidation_never_revives_what_a_hard_one_ended() {
        let both = Invalidations { hard: NOW, soft: NOW + 1.0 };
        assert_eq!(both.of(NOW - 1.0, NOW), Invalidated::Hard);
        assert_eq!(both.of(NOW, NOW), Invalidated::Soft);
        assert_eq!(both.of(NOW + 1.0, NOW), Invalidated::No);
        assert_eq!(NONE.of(f64::MIN, NOW), Invalidated::No);
    }

    #[test]
    fn a_record_that_lies_more_than_a_minute_ahead_is_older_than_every_invalidation() {
        let [hard, soft] = [Invalidations { hard: NOW - 9.0, ..NONE }, Invalidations { soft: NOW - 9.0, ..NONE }];
        assert_eq!(hard.of(NOW + 60.0, NOW), Invalidated::No);
        assert_eq!(hard.of(NOW + 60.125, NOW), Invalidated::Hard);
        assert_eq!(soft.of(NOW + 60.125, NOW), Invalidated::Soft);
        assert_eq!(hard.of(NOW + 60.125, NOW + 0.125), Invalidated::No);
        assert_eq!(NONE.of(NOW + 1e9, NOW), Invalidated::No);
        assert_eq!(decide(record(-1e9), 0.0, Invalidated::No, NOW), Decision::Fresh);
    }

    #[test]
    fn an_invalidation_that_a_correction_has_left_more_than_a_minute_ahead_is_moved_to_where_it_can_be_followed() {
        assert_eq!(moved(NOW + 1e9, NOW), NOW + 59.0);
        assert_eq!(moved(NOW + 60.0, NOW), NOW + 60.0);
        assert_eq!(moved(NOW - 1.0, NOW), NOW - 1.0);
        assert_eq!(moved(f64::NEG_INFINITY, NOW), f64::NEG_INFINITY);
    }

    #[test]
    fn an_earlier_invalidation_takes_nothing_back() {
        assert_eq!(later(f64::NEG_INFINITY, NOW), NOW);
        assert_eq!(later(NOW, NOW - 5.0), NOW);
        assert_eq!(later(NOW, f64::NAN), NOW);
    }

    #[test]
    fn a_record_is_of_use_for_as_long_again_as_it_is_fresh_and_as_it_may_stand_in_for_a_failure() {
        assert_eq!(retention(None, None, Some(300.0), None), 600.0);
        assert_eq!(retention(None, Some(5.0), None, None), 65.0);
        assert_eq!(retention(None, Some(5.0), Some(300.0), None), 600.0);
        assert_eq!(retention(Some(600.0), Some(5.0), Some(300.0), None), 1_200.0);
        assert_eq!(retention(Some(0.0), Some(-2.0), None, None), 60.0);
        for (call, record, region) in [(None, None, None), (Some(60.0), None, None), (None, Some(f64::INFINITY), Some(60.0))] {
            assert_eq!(retention(call, record, region, None), f64::INFINITY);
        }
        assert_eq!(retention(Some(60.0), None, Some(10.0), Some(86_400.0)), 86_460.0);
        assert_eq!(retention(None, None, Some(60.0), Some(f64::INFINITY)), f64::INFINITY);
    }

    #[test]
    fn a_failed_creation_is_replaced_by_what_expired_within_the_grace() {
        let serves = |age, invalidated, grace| serves_instead(record(age), 10.0, invalidated, grace, NOW);
        assert!(serves(15.0, Invalidated::No, 5.0));
        assert!(!serves(15.125, Invalidated::No, 5.0));
        assert!(serves(15.0, Invalidated::Soft, 5.0));
        assert!(!serves(16.0, Invalidated::Soft, 5.0));
        assert!(!serves(1.0, Invalidated::Hard, f64::INFINITY));
        assert!(serves(1e9, Invalidated::No, f64::INFINITY));
    }

    #[test]
    fn a_creation_time_of_zero_is_no_value_for_a_creation_and_readable_for_get() {
        let epoch = Metadata { created: 0.0, ..record(0.0) };
        assert_eq!(decide(epoch, f64::INFINITY, Invalidated::No, NOW), Decision::Missing(Why::Absent));
        assert_eq!(read(epoch, f64::INFINITY, Invalidated::No, NOW), Decision::Fresh);
    }
}
