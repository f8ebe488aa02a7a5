//! Percentiles of durations. Pure.

use siaga_proto::v1;

/// The nearest-rank percentile of sorted values: the least of them that at least `percent` of them do not exceed.
pub(crate) fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent.min(100)).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Durations in ms as the contract gives them.
pub(crate) fn figure(durations_ms: impl IntoIterator<Item = u64>) -> v1::DurationFigure {
    let mut sorted: Vec<u64> = durations_ms.into_iter().collect();
    sorted.sort_unstable();
    v1::DurationFigure {
        count: u32::try_from(sorted.len()).unwrap_or(u32::MAX),
        p50_ms: nearest_rank(&sorted, 50),
        p90_ms: nearest_rank(&sorted, 90),
        p95_ms: nearest_rank(&sorted, 95),
        longest_ms: sorted.last().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_the_textbook_s_example() {
        let sorted = [15, 20, 35, 40, 50];
        let ranks = [5, 30, 40, 50, 100].map(|percent| nearest_rank(&sorted, percent).unwrap());
        assert_eq!(ranks, [15, 20, 20, 35, 50]);
        assert_eq!(nearest_rank(&[], 50), None);
        assert_eq!(nearest_rank(&[7], 0), Some(7));
    }

    proptest! {
        /// The definition, whatever was measured: one of the values, not exceeded by at least so many percent of them,
        /// and no smaller one would do.
        #[test]
        fn it_is_the_least_value_that_enough_do_not_exceed(
            mut values in prop::collection::vec(0_u64..1_000, 1..200), percent in 1_usize..=100,
        ) {
            values.sort_unstable();
            let found = nearest_rank(&values, percent).unwrap();
            prop_assert!(values.contains(&found));
            let enough = |limit: u64| values.iter().filter(|value| **value <= limit).count() * 100 >= percent * values.len();
            prop_assert!(enough(found));
            if let Some(smaller) = values.iter().copied().filter(|value| *value < found).max() {
                prop_assert!(!enough(smaller));
            }
        }

        #[test]
        fn more_percent_is_never_less_and_order_does_not_matter(
            values in prop::collection::vec(any::<u64>(), 0..100), a in 0_usize..=100, b in 0_usize..=100,
        ) {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert!(nearest_rank(&sorted, a.min(b)) <= nearest_rank(&sorted, a.max(b)));
            prop_assert_eq!(figure(values.iter().copied().rev()), figure(values.iter().copied()));
            prop_assert_eq!(figure(values.iter().copied()).longest_ms, sorted.last().copied());
        }
    }
}
