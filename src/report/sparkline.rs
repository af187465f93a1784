//! A row of bars for numbers over time.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// At most `width` bars, the lowest value being the lowest bar and the highest the highest.
pub(super) fn sparkline(values: &[u64], width: usize) -> String {
    let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else {
        return String::new();
    };
    let bar = |value: u64| match most - least {
        0 => BARS[0],
        range => BARS[((value - least) as f64 / range as f64 * 7.0).round() as usize],
    };
    // The last value of each stretch, since the end is what a reader looks for.
    let bars = values.len().min(width);
    (1..=bars)
        .map(|index| bar(values[index * values.len() / bars - 1]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[u64], expected: &str) {
        assert_eq!(sparkline(values, 8), expected);
    }

    #[test]
    fn values_become_bars() {
        check(&[0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█");
        check(&[5, 5, 5], "▁▁▁");
        check(&[], "");
    }

    #[test]
    fn many_values_share_a_bar_and_the_last_one_counts() {
        check(&(0..100).collect::<Vec<_>>(), "▂▃▄▄▅▆▇█");
    }
}
