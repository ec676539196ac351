//! The times at which tags were invalidated.

use std::collections::HashMap;

use crate::freshness::{Invalidated, Invalidations, is_far_ahead, later};

const NEVER: Invalidations = Invalidations { hard: f64::NEG_INFINITY, soft: f64::NEG_INFINITY };

/// The times of the latest hard and soft invalidation of tags, of a limited number of tags: the rules of pkg/invalidation/tag-times.js.
#[derive(Debug)]
pub struct TagTimes {
    by_tag: HashMap<Box<str>, Kept>,
    max_tags: usize,
    /// How often a time was added.
    count: u64,
    /// The times of a tag that is not kept: the latest of those that were forgotten. It may end too much, never too little.
    others: Invalidations,
}

#[derive(Debug)]
struct Kept {
    times: Invalidations,
    /// The number of the latest addition.
    at: u64,
}

impl TagTimes {
    /// Creates times for at most `max_tags` tags, at least 1. If there are more, the older half becomes one time that counts for every tag that is not
    /// kept.
    pub fn new(max_tags: usize) -> Self {
        Self { by_tag: HashMap::new(), max_tags: max_tags.max(1), count: 0, others: NEVER }
    }

    /// Whether no tag was ever invalidated.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of tags whose times are kept.
    pub fn len(&self) -> usize {
        self.by_tag.len()
    }

    /// Adds an invalidation. An earlier time than the known one changes nothing.
    pub fn raise(&mut self, tag: &str, is_hard: bool, time: f64) {
        self.count += 1;
        let (at, former) = (self.count, self.others);
        let kept = self.by_tag.entry(tag.into()).or_insert(Kept { times: former, at });
        kept.at = at;
        let known = if is_hard { &mut kept.times.hard } else { &mut kept.times.soft };
        *known = later(*known, time);
        if self.by_tag.len() > self.max_tags {
            self.forget_older_half();
        }
    }

    /// What the times of these tags say of a record whose creation began at `born`.
    pub fn of(&mut self, tags: &[String], born: f64, now: f64) -> Invalidated {
        let mut latest = NEVER;
        for tag in tags {
            let times = self.by_tag.get_mut(&**tag).map_or(&mut self.others, |kept| &mut kept.times);
            come_back(times, now);
            latest = Invalidations { hard: later(latest.hard, times.hard), soft: later(latest.soft, times.soft) };
        }
        latest.of(born, now)
    }

    fn forget_older_half(&mut self) {
        let mut ages: Vec<u64> = self.by_tag.values().map(|kept| kept.at).collect();
        ages.sort_unstable();
        let newest_forgotten = ages[ages.len().div_ceil(2) - 1];
        let others = &mut self.others;
        self.by_tag.retain(|_, kept| {
            let is_kept = kept.at > newest_forgotten;
            if !is_kept {
                others.hard = later(others.hard, kept.times.hard);
                others.soft = later(others.soft, kept.times.soft);
            }
            is_kept
        });
    }
}

/// After the clock was set back: a time too far in the future counts as now. Otherwise the values of its tag would be missing until the clock reaches it.
fn come_back(times: &mut Invalidations, now: f64) {
    for time in [&mut times.hard, &mut times.soft] {
        if is_far_ahead(*time, now) {
            *time = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_700_000_000.0;

    fn tags(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_was_begun_before_a_tags_time_has_ended() {
        let mut times = TagTimes::new(10);
        assert!(times.is_empty());
        times.raise("a", true, NOW);
        times.raise("b", false, NOW + 1.0);
        let mut of = |names: &[&str], born| times.of(&tags(names), born, NOW);
        assert_eq!(of(&["a"], NOW - 1.0), Invalidated::Hard);
        assert_eq!(of(&["a"], NOW), Invalidated::No);
        assert_eq!(of(&["b"], NOW), Invalidated::Soft);
        assert_eq!(of(&["a", "b"], NOW - 1.0), Invalidated::Hard);
        assert_eq!(of(&["a", "b"], NOW), Invalidated::Soft);
        assert_eq!(of(&["c"], f64::MIN), Invalidated::No);
        assert_eq!(of(&[], f64::MIN), Invalidated::No);
    }

    #[test]
    fn a_soft_invalidation_takes_no_hard_one_back_and_an_earlier_one_nothing() {
        let mut times = TagTimes::new(10);
        times.raise("a", true, NOW);
        times.raise("a", false, NOW + 1.0);
        times.raise("a", true, NOW - 5.0);
        assert_eq!(times.of(&tags(&["a"]), NOW - 1.0, NOW), Invalidated::Hard);
        assert_eq!(times.of(&tags(&["a"]), NOW, NOW), Invalidated::Soft);
    }

    #[test]
    fn of_a_hundred_thousand_tags_a_thousand_are_kept_and_none_comes_back() {
        let mut times = TagTimes::new(1_000);
        for number in 0..100_000 {
            times.raise(&format!("tag {number}"), number % 2 == 0, NOW + f64::from(number) / 1e4);
            assert!(times.len() <= 1_000);
        }
        for number in 0..100_000 {
            let born = NOW + f64::from(number) / 1e4 - 1e-5;
            let said = times.of(&tags(&[&format!("tag {number}")]), born, NOW + 10.0);
            assert!(said != Invalidated::No, "tag {number} came back");
            assert!(number % 2 == 1 || said == Invalidated::Hard);
        }
        assert_eq!(times.of(&tags(&["tag 7"]), NOW + 10.0, NOW + 10.0), Invalidated::No);
    }

    #[test]
    fn a_tag_that_was_forgotten_and_is_invalidated_again_keeps_the_times_of_the_others() {
        let mut times = TagTimes::new(1);
        times.raise("a", true, NOW);
        times.raise("b", true, NOW + 1.0);
        times.raise("a", false, NOW + 2.0);
        assert_eq!(times.of(&tags(&["a"]), NOW - 1.0, NOW), Invalidated::Hard);
    }

    #[test]
    fn a_time_that_a_correction_of_the_clock_has_left_far_ahead_counts_as_now() {
        let mut times = TagTimes::new(10);
        times.raise("a", true, NOW + 1e9);
        assert_eq!(times.of(&tags(&["a"]), NOW - 1.0, NOW), Invalidated::Hard);
        assert_eq!(times.of(&tags(&["a"]), NOW, NOW), Invalidated::No);
    }
}
