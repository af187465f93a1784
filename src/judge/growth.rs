//! Steady growth: how many bytes a cycle leaves behind.

/// Cycles that are looked at; of more, as many are taken at equal distances.
const POINTS: usize = 512;

/// The slope of live bytes over cycles by Theil and Sen: the median of the slopes between all pairs of cycles.
///
/// `live[i]` is what was live after cycle `i`, `live[0]` at the baseline. Up to a quarter of the cycles may be out of line
/// without moving the result much, so a container that doubles now and then is neither taken for steady growth nor does it
/// hide any; one that plateaus has a slope of zero. Bytes per cycle; none for fewer than two points.
///
/// Sen, "Estimates of the regression coefficient based on Kendall's tau", Journal of the American Statistical Association 63
/// (1968).
pub(super) fn slope(live: &[u64]) -> Option<f64> {
    let step = live.len().div_ceil(POINTS).max(1);
    let points: Vec<(usize, u64)> = live.iter().copied().enumerate().step_by(step).collect();
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (index, (first, before)) in points.iter().enumerate() {
        for (last, after) in &points[index + 1..] {
            slopes.push((*after as f64 - *before as f64) / (last - first) as f64);
        }
    }
    median(&mut slopes)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => None,
        1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(live: &[u64], expected: Option<f64>) {
        assert_eq!(slope(live), expected);
    }

    #[test]
    fn a_constant_leak_is_found_to_the_byte() {
        check(&[100, 1124, 2148, 3172], Some(1024.0));
    }

    #[test]
    fn one_step_is_no_growth() {
        check(&[100, 100, 5000, 5000, 5000, 5000, 5000], Some(0.0));
    }

    #[test]
    fn a_container_that_doubles_hides_no_leak() {
        let leak = |cycle: u64| 10 * cycle + if cycle >= 20 { 65_536 } else { 0 };
        let live: Vec<u64> = (0..100).map(leak).collect();
        let slope = slope(&live).expect("there are many points");
        assert!((10.0..1500.0).contains(&slope), "{slope}");
    }

    #[test]
    fn shrinking_is_negative_growth() {
        check(&[300, 200, 100], Some(-100.0));
    }

    #[test]
    fn too_few_points() {
        check(&[], None);
        check(&[5], None);
    }

    #[test]
    fn many_cycles_are_thinned_out() {
        let live: Vec<u64> = (0..100_000).map(|cycle| 7 * cycle).collect();
        check(&live, Some(7.0));
    }
}
