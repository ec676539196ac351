//! Early refresh and jitter: pure functions of a record's age, its expiration and the seconds that its creation took.
//!
//! Early refresh is `XFetch` (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015).

/// The logarithm of a double that is less than 1 gives no more.
const MOST: f64 = 37.0;

/// Where a record's jitter lies, from 0 to below 1: the same for everyone who reads it. `SplitMix64` of the bits of its creation time.
///
/// ```
/// assert_eq!(dogpile::early::spread(1_700_000_000.0), dogpile::early::spread(1_700_000_000.0));
/// ```
#[inline(never)] // it stands in the code once, which every visitor downloads
pub fn spread(created: f64) -> f64 {
    let mut bits = created.to_bits().wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// The expiration of one record: shorter by up to `jitter`, a part of it. Never, 0 and less stay what they are.
///
/// ```
/// let expiration = dogpile::early::jittered(60.0, 0.25, 1_700_000_000.0);
/// assert!(expiration > 45.0 && expiration <= 60.0);
/// ```
pub fn jittered(expiration: f64, jitter: f64, created: f64) -> f64 {
    if jitter > 0.0 && expiration > 0.0 && expiration < f64::INFINITY {
        expiration * (1.0 - jitter * spread(created))
    } else {
        expiration
    }
}

/// How large a draw has to be for a fresh record to be renewed now; infinity where no draw is large enough. `pace`: `beta` times the seconds that its
/// creation took. Nothing is renewed that has expired, nor in the first half of its expiration, or a creation that takes longer than that would never pause.
pub fn needed(expiration: f64, pace: f64, age: f64) -> f64 {
    let left = expiration - age;
    if pace > 0.0 && age > expiration / 2.0 && left >= 0.0 && left <= MOST * pace { left / pace } else { f64::INFINITY }
}

/// A draw from a random number from 0 to below 1: exponentially distributed.
pub fn draw(random: f64) -> f64 {
    -(1.0 - random).ln()
}

/// Whether a fresh record is renewed before it expires, which is decided anew for each request.
///
/// ```
/// use dogpile::early::early;
/// assert!(!early(60.0, 1.0, 1.0, 0.5, 59.0)); // half of all requests come earlier than the 0.7 seconds before the end
/// assert!(early(60.0, 1.0, 1.0, 0.75, 59.0));
/// ```
pub fn early(expiration: f64, took: f64, beta: f64, random: f64, age: f64) -> bool {
    let needed = needed(expiration, beta * took, age);
    needed < f64::INFINITY && draw(random) >= needed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 0 to below 1, always the same.
    fn numbers(count: u32) -> impl Iterator<Item = f64> {
        (0..count).map(|number| spread(f64::from(number)))
    }

    /// The largest number below 1 that a host gives.
    const LAST: f64 = 1.0 - f64::EPSILON / 2.0;

    #[test]
    fn who_is_renewed_is_renewed_when_older_luckier_or_with_a_larger_beta_too() {
        let mut renewed = 0;
        for (((age, random), beta), took) in
            numbers(20_000).zip(numbers(40_000).skip(20_000)).zip(numbers(60_000).skip(40_000)).zip(numbers(80_000).skip(60_000))
        {
            let (age, beta, took) = (60.0 * age, 4.0 * beta + 0.01, 5.0 * took);
            if early(60.0, took, beta, random, age) {
                renewed += 1;
                assert!(early(60.0, took, beta, random, age + (60.0 - age) / 2.0));
                assert!(early(60.0, took, beta, random + (1.0 - random) / 2.0, age));
                assert!(early(60.0, took, beta * 1.5, random, age));
                assert!(early(60.0, took * 1.5, beta, random, age));
            }
        }
        assert!((1_000..10_000).contains(&renewed), "{renewed} of 20,000 prove nothing");
    }

    #[test]
    fn it_is_the_formula_of_the_paper_with_a_lead_of_at_most_half_the_expiration() {
        for ((age, random), took) in numbers(20_000).zip(numbers(40_000).skip(20_000)).zip(numbers(60_000).skip(40_000)) {
            let (age, took) = (60.0 * age, 40.0 * took);
            let lead = (-(1.0 - random).ln() * took).min(30.0);
            let is_close = (age + lead - 60.0).abs() < 1e-9;
            assert!(is_close || early(60.0, took, 1.0, random, age) == (age + lead >= 60.0), "{age} {random} {took}");
        }
    }

    #[test]
    fn nothing_is_renewed_by_a_draw_of_zero_or_in_the_first_half() {
        for age in numbers(1_000) {
            assert!(!early(60.0, 1e6, 1.0, 0.0, 59.999 * age));
            assert!(!early(60.0, 1e6, 1.0, LAST, 30.0 * age));
            assert!(early(60.0, 1e6, 1.0, LAST, 60.0 - 29.9 * age));
        }
        assert!(!early(60.0, 1e6, 1.0, LAST, 30.0));
        assert!(early(60.0, 1e6, 1.0, 0.0, 60.0)); // at its very end
    }

    #[test]
    fn what_took_no_time_has_expired_or_never_expires_is_not_renewed() {
        for took in [0.0, -1.0, f64::NAN] {
            assert!(!early(60.0, took, 1.0, LAST, 60.0));
        }
        assert!(!early(60.0, 1.0, 1.0, LAST, 60.125));
        assert!(!early(f64::INFINITY, 1.0, 1.0, LAST, 1e12));
        assert!(!early(0.0, 1.0, 1.0, LAST, 0.0));
        assert!(!early(60.0, 1.0, 1.0, LAST, -5.0), "created in the future");
        assert!(!early(60.0, 1.0, 1.0, LAST, f64::NAN));
    }

    #[test]
    fn no_draw_is_large_enough_outside_of_the_window() {
        assert!(draw(LAST) < MOST);
        assert_eq!(needed(1_000.0, 1.0, 962.0), f64::INFINITY);
        assert_eq!(needed(1_000.0, 1.0, 964.0), 36.0);
        assert_eq!(needed(1_000.0, 100.0, 500.0), f64::INFINITY);
        assert_eq!(needed(1_000.0, 100.0, 501.0), 4.99);
    }

    #[test]
    fn jitter_only_shortens_and_never_by_more_than_its_part() {
        for (created, jitter) in numbers(10_000).zip(numbers(20_000).skip(10_000)) {
            let (created, jitter) = (1.7e9 + created, jitter / 2.0);
            let expiration = jittered(60.0, jitter, created);
            assert!(expiration <= 60.0 && expiration >= 60.0 * (1.0 - jitter), "{expiration}");
        }
    }

    #[test]
    fn what_has_no_length_has_no_jitter() {
        for expiration in [f64::INFINITY, 0.0, -1.0, -5.0] {
            assert_eq!(jittered(expiration, 0.5, 1.7e9), expiration);
        }
        assert_eq!(jittered(60.0, 0.0, 1.7e9), 60.0);
    }

    #[test]
    fn the_jitter_of_stamps_that_follow_one_another_is_uniform() {
        const COUNT: usize = 10_000;
        let stamp = |index: usize| f64::from_bits(1.79e9_f64.to_bits() + index as u64);
        let mut all: Vec<f64> = (0..COUNT).map(|index| spread(stamp(index))).collect();
        assert!(all.iter().all(|number| (0.0..1.0).contains(number)));
        all.sort_by(f64::total_cmp);
        let distance = |(index, number): (usize, &f64)| (number - (index as f64 + 0.5) / COUNT as f64).abs();
        let farthest = all.iter().enumerate().map(distance).fold(0.0, f64::max);
        assert!(farthest < 0.0136, "the distance of Kolmogorov and Smirnov is {farthest}");
    }
}
