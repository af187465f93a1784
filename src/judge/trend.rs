//! Whether a series still rises at its end, or has come to rest.

use super::growth;

/// Where a series goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trend {
    /// It still rises at its end, by so much a step.
    Rising(f64),
    /// Since that step it was never higher than before; 0 where it never rose.
    Resting(u32),
}

/// The trend of a series, by steps and values, the steps ascending. None where it is too short to have one.
///
/// A series rises if it grows steadily (see [`growth::steady`]) and its latest new maximum is not long ago: no longer than
/// twice the longest time that it took from one maximum to the next. A container that doubles waits twice as long each time,
/// and is found to rise however long it has been; a cache that was filled cycle by cycle is found to rest soon after.
pub(super) fn trend(series: &[(u32, u64)]) -> Option<Trend> {
    let ((first, start), (last, _)) = (*series.first()?, *series.last()?);
    let steady = growth::steady_at(series)?;
    let (mut highest, mut latest, mut longest) = (start, first, 0);
    for (step, value) in series {
        if *value > highest {
            longest = longest.max(step - latest);
            (highest, latest) = (*value, *step);
        }
    }
    let rests = steady <= 0.0 || last - latest > longest.saturating_mul(2);
    Some(match rests {
        true => Trend::Resting(latest),
        false => Trend::Rising(steady),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: impl IntoIterator<Item = u64>, expected: Trend) {
        let series: Vec<(u32, u64)> = (0..).zip(values).collect();
        assert_eq!(trend(&series), Some(expected), "{series:?}");
    }

    #[track_caller]
    fn check_rises(values: impl IntoIterator<Item = u64>) {
        let series: Vec<(u32, u64)> = (0..).zip(values).collect();
        let trend = trend(&series);
        assert!(
            matches!(trend, Some(Trend::Rising(_))),
            "{trend:?} {series:?}"
        );
    }

    #[test]
    fn what_every_step_adds_to_rises() {
        check((0..=20).map(|step| step * 7), Trend::Rising(7.0));
        check_rises((0..=20).map(|step| step / 5 * 100));
        check_rises((0..=20).map(|step| step * 10 + step * 7919 % 13));
    }

    #[test]
    fn what_doubles_rises_however_long_it_waits() {
        for steps in 8_u64..100 {
            check_rises((1..=steps).map(u64::next_power_of_two));
        }
    }

    #[test]
    fn what_is_filled_once_rests() {
        for filled in 1..=13 {
            check(
                (0..=20).map(|step: u64| step.min(filled)),
                Trend::Resting(filled as u32),
            );
        }
    }

    #[test]
    fn one_step_rests_wherever_it_lies() {
        for at in 1..=20 {
            check(
                (0..=20).map(|step| u64::from(step >= at)),
                Trend::Resting(at as u32),
            );
        }
    }

    #[test]
    fn what_rises_and_falls_or_shrinks_rests() {
        check((0..=20).map(|step| step % 4), Trend::Resting(3));
        check((0..=20).map(|step| 100 - step), Trend::Resting(0));
        check([5; 20], Trend::Resting(0));
    }

    #[test]
    fn too_little_has_no_trend() {
        assert_eq!(trend(&[]), None);
        assert_eq!(trend(&[(0, 1)]), None);
    }
}
