//! Quantities as people read them: the one place that turns numbers of a report into text.

use std::time::Duration;

use super::units::Unit;

impl Unit {
    /// The value in two or three significant digits: "1.2 MB", "412 B/s", "350 blocks", "0.42".
    pub fn format(self, value: f64) -> String {
        self.with(value, format_bytes)
    }

    /// The value to the last byte: "102,400 B", "1.5 B/s".
    pub fn format_exact(self, value: f64) -> String {
        self.with(value, format_exact_bytes)
    }

    /// The value in the largest unit that loses nothing: "1.5 MB", but "1,500,001 B".
    pub(super) fn format_limit(self, value: f64) -> String {
        self.with(value, format_short_bytes)
    }

    fn with(self, value: f64, bytes: fn(f64) -> String) -> String {
        match self {
            Unit::Bytes => bytes(value),
            Unit::BytesPerSecond => bytes(value) + "/s",
            Unit::BytesPerCycle => bytes(value) + "/cycle",
            Unit::Blocks => format_count(value, "block"),
            Unit::Frees => format_count(value, "free"),
            Unit::Ratio => decimals(value, 3),
            Unit::Count => group_digits(&decimals(value, 3)),
        }
    }
}

const UNITS: [(&str, f64); 4] = [
    ("B", 1.0),
    ("KB", 1024.0),
    ("MB", 1024.0 * 1024.0),
    ("GB", 1024.0 * 1024.0 * 1024.0),
];

/// The number of bytes to about two digits: "412 B", "1.2 MB", "64 KB".
pub fn format_bytes(bytes: f64) -> String {
    // A value that rounds to 1024 of its unit is 1 of the next.
    let fits = |size: f64| rounded(bytes / size).abs() < 1024.0;
    let (name, size) = UNITS
        .into_iter()
        .find(|(_, size)| fits(*size))
        .unwrap_or(UNITS[3]);
    format!("{} {name}", decimals(rounded(bytes / size), 1))
}

/// The number of bytes to the byte, its thousands separated: "102,400 B".
pub fn format_exact_bytes(bytes: f64) -> String {
    format!("{} B", group_digits(&decimals(bytes, 3)))
}

/// A duration in the largest unit that fits: "16 ms", "1.5 s", "30 s", "1 h".
pub fn format_duration(duration: Duration) -> String {
    const UNITS: [(&str, f64); 6] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("min", 60e9),
        ("h", 3600e9),
    ];
    let nanoseconds = duration.as_nanos() as f64;
    let reached = |size: f64| nanoseconds >= size;
    let (name, size) = UNITS
        .into_iter()
        .rev()
        .find(|(_, size)| reached(*size))
        .unwrap_or(UNITS[3]);
    format!("{} {name}", decimals(nanoseconds / size, 1))
}

fn format_short_bytes(bytes: f64) -> String {
    let is_short = |value: f64| value.abs() >= 1.0 && (value * 1000.0).fract() == 0.0;
    let largest = UNITS
        .into_iter()
        .rev()
        .find(|(_, size)| is_short(bytes / size));
    match largest {
        Some((name, size)) if name != "B" => format!("{} {name}", decimals(bytes / size, 3)),
        _ => format_exact_bytes(bytes),
    }
}

fn format_count(count: f64, noun: &str) -> String {
    let plural = if count.abs() == 1.0 { "" } else { "s" };
    format!("{} {noun}{plural}", group_digits(&decimals(count, 1)))
}

/// One decimal below ten, where a digit is worth it, none above.
fn rounded(value: f64) -> f64 {
    if value.abs() < 9.95 {
        (value * 10.0).round() / 10.0
    } else {
        value.round()
    }
}

/// At most so many decimals, without zeros at the end.
fn decimals(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let text = if places > 0 {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    // A small negative value rounds to a zero that has no sign.
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// `102400.5` as `102,400.5`.
pub fn group_digits(number: &str) -> String {
    let (whole, fraction) = number
        .find('.')
        .map_or((number, ""), |at| number.split_at(at));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{format_bytes, format_duration, format_exact_bytes};
    use crate::suite::Unit;

    #[test]
    fn bytes_have_two_digits() {
        let check = |bytes, expected| assert_eq!(format_bytes(bytes), expected);
        check(0.0, "0 B");
        check(0.54, "0.5 B");
        check(-0.01, "0 B");
        check(412.0, "412 B");
        check(1023.0, "1023 B");
        check(1023.9, "1 KB");
        check(1024.0, "1 KB");
        check(65536.0, "64 KB");
        check(102_400.0, "100 KB");
        check(1_258_291.0, "1.2 MB");
        check(-1_258_291.0, "-1.2 MB");
        check(10_433_332.0, "10 MB");
        check(1024.0 * 1024.0 - 1.0, "1 MB");
        check(5e13, "46566 GB");
    }

    #[test]
    fn exact_bytes_lose_nothing() {
        let check = |bytes, expected| assert_eq!(format_exact_bytes(bytes), expected);
        check(0.0, "0 B");
        check(999.0, "999 B");
        check(102_400.0, "102,400 B");
        check(-1_234_567.0, "-1,234,567 B");
        check(1024.5, "1,024.5 B");
    }

    #[test]
    fn values_carry_their_unit() {
        assert_eq!(Unit::Bytes.format(65536.0), "64 KB");
        assert_eq!(Unit::BytesPerSecond.format(412.4), "412 B/s");
        assert_eq!(
            Unit::BytesPerCycle.format_exact(102_400.0),
            "102,400 B/cycle"
        );
        assert_eq!(Unit::Blocks.format(1.0), "1 block");
        assert_eq!(Unit::Blocks.format(1_000_000.0), "1,000,000 blocks");
        assert_eq!(Unit::Ratio.format(0.4166), "0.417");
        assert_eq!(Unit::Count.format(4312.0), "4,312");
    }

    #[test]
    fn durations_are_in_the_largest_unit_that_fits() {
        let check = |nanoseconds, expected| {
            assert_eq!(format_duration(Duration::from_nanos(nanoseconds)), expected);
        };
        check(0, "0 s");
        check(15, "15 ns");
        check(16_000_000, "16 ms");
        check(1_500_000_000, "1.5 s");
        check(30_000_000_000, "30 s");
        check(300_000_000_000, "5 min");
        check(3_600_000_000_000, "1 h");
    }
}
