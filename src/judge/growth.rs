//! Steady growth: what every cycle adds, whatever single cycles do.

use std::cmp::Ordering;

/// Longer series are thinned to about so many points: all pairs of them are looked at.
const MAX_POINTS: usize = 1000;

/// The steady growth of a series, per step: the repeated median of the slopes between its points.
///
/// For each point, the median of the slopes of the lines to all other points; then the median of these medians (Siegel,
/// "Robust regression using repeated medians", Biometrika 69, 1982). It withstands almost one half of arbitrary points,
/// which fits heaps:
///
/// - What every cycle leaves behind is found to the byte, however noisy a few cycles are.
/// - A step that happens once, such as a table that is built on first use, is no growth, wherever in the series it lies. A
///   least-squares line, a mean, or the median over all pairs (Theil and Sen) would spread it over the cycles.
/// - A container that doubles grows in ever rarer, ever larger steps. The median difference between neighbours would be zero;
///   here most pairs of points have a step between them, and their slopes are near what the container really takes.
///
/// Of two middle slopes the one closer to zero counts: growth is not claimed on half of the evidence. Slopes are
/// compared as fractions of whole numbers, so the result is the same on every machine.
///
/// `series[i]` is what was live after cycle `i`, `series[0]` at the baseline. None for fewer than two points.
pub(super) fn steady(series: &[u64]) -> Option<f64> {
    let numbered: Vec<(u32, u64)> = (0..).zip(series.iter().copied()).collect();
    steady_at(&numbered)
}

/// As [`steady`], of a series that has no value at some steps: steps and values, the steps ascending.
pub(super) fn steady_at(series: &[(u32, u64)]) -> Option<f64> {
    if series.len() < 2 {
        return None;
    }
    let stride = series.len().div_ceil(MAX_POINTS);
    let points: Vec<Point> = series
        .iter()
        .step_by(stride)
        .map(|(step, bytes)| (i128::from(*step), i128::from(*bytes)))
        .collect();
    let medians = points
        .iter()
        .map(|point| median_slope(*point, &points))
        .collect();
    Some(median(medians).value())
}

/// A step's number and the bytes that were live after it.
type Point = (i128, i128);

/// A fraction whose denominator is positive.
#[derive(Clone, Copy)]
struct Slope {
    rise: i128,
    run: i128,
}

impl Slope {
    fn between((from, low): Point, (to, high): Point) -> Slope {
        let sign = (to - from).signum();
        Slope {
            rise: sign * (high - low),
            run: sign * (to - from),
        }
    }

    fn compare(&self, other: &Slope) -> Ordering {
        (self.rise * other.run).cmp(&(other.rise * self.run))
    }

    fn value(&self) -> f64 {
        self.rise as f64 / self.run as f64
    }
}

fn median_slope(point: Point, points: &[Point]) -> Slope {
    let others = points.iter().filter(|other| other.0 != point.0);
    median(others.map(|other| Slope::between(point, *other)).collect())
}

fn median(mut slopes: Vec<Slope>) -> Slope {
    slopes.sort_unstable_by(Slope::compare);
    let upper = slopes[slopes.len() / 2];
    let lower = slopes[(slopes.len() - 1) / 2];
    closer_to_zero(lower, upper)
}

fn closer_to_zero(lower: Slope, upper: Slope) -> Slope {
    match (lower.rise.signum(), upper.rise.signum()) {
        (1, _) => lower,
        (_, -1) => upper,
        _ => Slope { rise: 0, run: 1 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(series: impl IntoIterator<Item = u64>, expected: impl Into<Option<f64>>) {
        let series: Vec<u64> = series.into_iter().collect();
        assert_eq!(steady(&series), expected.into(), "{series:?}");
    }

    #[test]
    fn a_steady_leak_grows_by_what_a_cycle_leaves() {
        check((0..=50).map(|cycle| 4096 + cycle * 102_400), 102_400.0);
    }

    #[test]
    fn a_steady_leak_is_found_through_noise() {
        let noise = [0, 700, 0, 50_000, 30, 0, 0, 9, 0, 0, 400];
        let series = (0_u64..)
            .zip(noise)
            .map(|(cycle, noise)| cycle * 1000 + noise);
        check(series, 1000.0);
    }

    #[test]
    fn one_step_is_no_growth_wherever_it_lies() {
        for step in 1..=20 {
            check(
                (0..=20).map(|cycle| u64::from(cycle >= step) * 1_000_000),
                0.0,
            );
        }
    }

    #[test]
    fn a_container_that_doubles_grows_by_about_what_it_takes() {
        for cycles in 10..200 {
            let series: Vec<u64> = (1_u64..=cycles)
                .map(|items| items.next_power_of_two() * 64)
                .collect();
            let growth = steady(&series).expect("there are enough cycles");
            assert!(
                (32.0..=128.0).contains(&growth),
                "{growth} after {cycles} cycles of 64 bytes"
            );
        }
    }

    #[test]
    fn a_heap_that_rises_and_falls_does_not_grow() {
        check((0..60).map(|cycle| cycle % 4 * 10_000), 0.0);
    }

    #[test]
    fn a_heap_that_shrinks_grows_negatively() {
        check((0..=10).map(|cycle| 10_000 - cycle * 500), -500.0);
    }

    #[test]
    fn a_point_is_no_series() {
        check([], None);
        check([5], None);
    }

    #[test]
    fn a_long_series_is_thinned() {
        check((0..=10_000).map(|cycle| cycle * 7), 7.0);
    }
}
