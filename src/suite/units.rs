//! The units of metrics, sizes and times: how they are written in a suite.

use std::time::Duration;

/// The unit that a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Requested bytes, or bytes of linear memory.
    Bytes,
    /// Live allocations.
    Blocks,
    /// Calls that give memory back.
    Frees,
    /// Bytes per second of virtual time.
    BytesPerSecond,
    /// Bytes per cycle.
    BytesPerCycle,
    /// A share, from 0 to 1.
    Ratio,
    /// Whatever a probe counts.
    Count,
}

impl Unit {
    /// As it stands in reports, for programs.
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::Bytes => "B",
            Unit::Blocks => "blocks",
            Unit::Frees => "frees",
            Unit::BytesPerSecond => "B/s",
            Unit::BytesPerCycle => "B/cycle",
            Unit::Ratio => "ratio",
            Unit::Count => "count",
        }
    }

    /// The unit of that [symbol](Unit::symbol).
    pub fn of_symbol(symbol: &str) -> Option<Unit> {
        let all = [
            Unit::Bytes,
            Unit::Blocks,
            Unit::Frees,
            Unit::BytesPerSecond,
            Unit::BytesPerCycle,
            Unit::Ratio,
            Unit::Count,
        ];
        all.into_iter().find(|unit| unit.symbol() == symbol)
    }

    /// A right slack, for errors to show.
    pub fn slack_example(self) -> &'static str {
        match self {
            Unit::Ratio => "0.01",
            _ => self.measure().example,
        }
    }

    pub(super) fn measure(self) -> &'static Measure {
        match self {
            Unit::Bytes => &BYTES,
            Unit::Blocks => &BLOCKS,
            Unit::Frees => &FREES,
            Unit::BytesPerSecond => &BYTES_PER_SECOND,
            Unit::BytesPerCycle => &BYTES_PER_CYCLE,
            Unit::Ratio => &RATIO,
            Unit::Count => &COUNT,
        }
    }
}

/// A kind of quantity and the ways to write it.
#[derive(Debug)]
pub(super) struct Measure {
    /// What is measured, as it is named in errors: "a number of bytes".
    pub(super) noun: &'static str,
    /// The units and their sizes; the empty name is a number that stands alone. New spellings go to the end: the first of a
    /// size is the one that is shown.
    pub(super) units: &'static [(&'static str, f64)],
    /// One that is right, for errors to show.
    example: &'static str,
}

const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * KIB;
const GIB: f64 = 1024.0 * MIB;

/// `64KB`
pub(super) static BYTES: Measure = Measure {
    noun: "a number of bytes",
    units: &[
        ("B", 1.0),
        ("KB", KIB),
        ("MB", MIB),
        ("GB", GIB),
        ("KiB", KIB),
        ("MiB", MIB),
        ("GiB", GIB),
    ],
    example: "64KB",
};

/// `1KB/s`
static BYTES_PER_SECOND: Measure = Measure {
    noun: "a rate in bytes per second",
    units: &[
        ("B/s", 1.0),
        ("KB/s", KIB),
        ("MB/s", MIB),
        ("GB/s", GIB),
        ("KiB/s", KIB),
        ("MiB/s", MIB),
        ("GiB/s", GIB),
    ],
    example: "1KB/s",
};

/// `1KB/cycle`
static BYTES_PER_CYCLE: Measure = Measure {
    noun: "a rate in bytes per cycle",
    units: &[
        ("B/cycle", 1.0),
        ("KB/cycle", KIB),
        ("MB/cycle", MIB),
        ("GB/cycle", GIB),
        ("KiB/cycle", KIB),
        ("MiB/cycle", MIB),
        ("GiB/cycle", GIB),
    ],
    example: "1KB/cycle",
};

/// `100`, `100 blocks`
static BLOCKS: Measure = Measure {
    noun: "a number of blocks",
    units: &[("", 1.0), ("blocks", 1.0), ("block", 1.0)],
    example: "100",
};

/// `100`, `100 frees`
static FREES: Measure = Measure {
    noun: "a number of frees",
    units: &[("", 1.0), ("frees", 1.0), ("free", 1.0)],
    example: "100",
};

/// `0.5`
static RATIO: Measure = Measure {
    noun: "a ratio from 0 to 1",
    units: &[("", 1.0)],
    example: "0.5",
};

/// `100`
static COUNT: Measure = Measure {
    noun: "a number",
    units: &[("", 1.0)],
    example: "100",
};

/// `100ms`, in nanoseconds.
pub(super) static TIME: Measure = Measure {
    noun: "a time",
    units: &[
        ("ns", 1.0),
        ("us", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("min", 60e9),
        ("h", 3600e9),
        ("d", 86_400e9),
    ],
    example: "100ms",
};

/// `2%`
pub(super) static PERCENTAGE: Measure = Measure {
    noun: "a percentage",
    units: &[("%", 1.0)],
    example: "2%",
};

impl Measure {
    /// Reads `1.5MB`. Zero needs no unit, since it is the same in all.
    ///
    /// The error's first line says what is wrong, the others what would be right.
    pub(super) fn parse(&self, text: &str) -> Result<f64, String> {
        let text = text.trim();
        let (number, unit) = split(text);
        let Some(value) = decimal(number) else {
            return Err(self.no_number(text));
        };
        let zero_alone = value == 0.0 && unit.is_empty();
        match self.units.iter().find(|(name, _)| *name == unit) {
            Some((_, size)) => Ok(value * size),
            None if zero_alone => Ok(0.0),
            None => Err(self.wrong_unit(number, unit)),
        }
    }

    /// The same as a pattern, for the schema: without a sign, and without the zero that needs no unit.
    pub(super) fn pattern(&self) -> String {
        let units: Vec<&str> = self.units.iter().map(|(name, _)| *name).collect();
        format!(r"[0-9]+(\.[0-9]+)?\s*({})", units.join("|"))
    }

    /// What is expected, with one that is right: "a time such as `100ms`".
    pub(super) fn expected(&self) -> String {
        format!("{} such as `{}`", self.noun, self.example)
    }

    fn no_number(&self, text: &str) -> String {
        let found = if text.is_empty() {
            "nothing".to_owned()
        } else {
            format!("`{text}`")
        };
        format!("expected {}, found {found}", self.expected())
    }

    fn wrong_unit(&self, number: &str, unit: &str) -> String {
        let names = self.units.iter().map(|(name, _)| *name);
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        let message = match probable_unit(unit, &names) {
            _ if unit.is_empty() => {
                return format!("`{number}` has no unit, expected {}", self.expected())
                    + &format!("\naccepted: {}", names.join(", "));
            }
            Some(probable) => format!("unknown unit `{unit}`, did you mean `{probable}`?"),
            None => format!("unknown unit `{unit}`, expected {}", self.expected()),
        };
        match names.len() == self.units.len() {
            true => format!("{message}\naccepted: {}", names.join(", ")),
            false => message,
        }
    }
}

/// The unit that begins like the word: `min` for `minutes`, `KB/s` for `KB`.
fn probable_unit<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    let begins = |name: &&&str| word.starts_with(**name) || name.starts_with(&format!("{word}/"));
    let same_but_for_case = |name: &&&str| name.eq_ignore_ascii_case(word);
    let alike = names.iter().filter(begins).max_by_key(|name| name.len());
    names.iter().find(same_but_for_case).or(alike).copied()
}

/// Reads a number of bytes that cannot be negative.
pub(crate) fn parse_bytes(text: &str) -> Result<u64, String> {
    // Half a byte is none, and the largest float is beyond any memory: saturating is right at both ends.
    not_negative(&BYTES, text).map(|bytes| bytes as u64)
}

/// Reads a time: virtual or real, it never runs backwards.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let nanoseconds = not_negative(&TIME, text)?.round();
    if nanoseconds > u64::MAX as f64 {
        return Err(format!("`{text}` is too long\nat most 200000d"));
    }
    Ok(Duration::from_nanos(nanoseconds as u64))
}

/// Reads a percentage that leaves something to compare.
pub(super) fn parse_percentage(text: &str) -> Result<f64, String> {
    match not_negative(&PERCENTAGE, text)? {
        value if value >= 100.0 => Err(format!(
            "`{text}` lets a figure double or vanish\ngive less than 100%"
        )),
        value => Ok(value),
    }
}

fn not_negative(measure: &Measure, text: &str) -> Result<f64, String> {
    match measure.parse(text)? {
        value if value < 0.0 => Err(format!("`{text}` is negative")),
        value => Ok(value),
    }
}

fn split(text: &str) -> (&str, &str) {
    let of_number = |character: char| character.is_ascii_digit() || matches!(character, '.' | '-');
    let end = text
        .find(|character| !of_number(character))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

/// The number, if it is `1` or `-1.5`.
pub(super) fn decimal(number: &str) -> Option<f64> {
    number.parse().ok().filter(|_| is_decimal(number))
}

/// Whether it is `1` or `-1.5`: what Rust reads as a float besides, such as `.5` or `1.`, is a typo here.
fn is_decimal(number: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.strip_prefix('-').unwrap_or(number);
    match number.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(number),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        BLOCKS, BYTES, BYTES_PER_SECOND, Measure, RATIO, TIME, parse_bytes, parse_duration,
    };

    #[test]
    fn quantities_are_read_in_their_units() {
        let check = |measure: &Measure, text, expected| {
            assert_eq!(measure.parse(text), Ok(expected), "{text}");
        };
        check(&BYTES, "0", 0.0);
        check(&BYTES, "412B", 412.0);
        check(&BYTES, "64 KB", 65536.0);
        check(&BYTES, "1.5MB", 1572864.0);
        check(&BYTES, " 1GiB ", 1073741824.0);
        check(&BYTES, "-1KB", -1024.0);
        check(&BYTES_PER_SECOND, "1KB/s", 1024.0);
        check(&BLOCKS, "100", 100.0);
        check(&BLOCKS, "1 block", 1.0);
        check(&RATIO, "0.5", 0.5);
        check(&TIME, "1.5ms", 1.5e6);
        check(&TIME, "30d", 2_592_000e9);
    }

    #[test]
    fn wrong_quantities_are_answered_with_right_ones() {
        let check = |measure: &Measure, text, expected: &str| {
            let message = measure.parse(text).expect_err(text);
            assert_eq!(message.lines().next(), Some(expected));
        };
        check(
            &BYTES,
            "",
            "expected a number of bytes such as `64KB`, found nothing",
        );
        check(
            &BYTES,
            "many",
            "expected a number of bytes such as `64KB`, found `many`",
        );
        check(
            &BYTES,
            ".5KB",
            "expected a number of bytes such as `64KB`, found `.5KB`",
        );
        check(
            &BYTES,
            "1.KB",
            "expected a number of bytes such as `64KB`, found `1.KB`",
        );
        check(
            &BYTES,
            "1,000B",
            "unknown unit `,000B`, expected a number of bytes such as `64KB`",
        );
        check(
            &BYTES,
            "100",
            "`100` has no unit, expected a number of bytes such as `64KB`",
        );
        check(&BYTES, "64kb", "unknown unit `kb`, did you mean `KB`?");
        check(
            &BYTES_PER_SECOND,
            "1KB",
            "unknown unit `KB`, did you mean `KB/s`?",
        );
        check(
            &TIME,
            "5 minutes",
            "unknown unit `minutes`, did you mean `min`?",
        );
        check(
            &RATIO,
            "50%",
            "unknown unit `%`, expected a ratio from 0 to 1 such as `0.5`",
        );
    }

    #[test]
    fn sizes_and_times_are_not_negative() {
        assert_eq!(parse_bytes("1.5KB"), Ok(1536));
        assert_eq!(parse_bytes("-1KB"), Err("`-1KB` is negative".to_owned()));
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_duration("-1s"), Err("`-1s` is negative".to_owned()));
        assert!(parse_duration("1000000d").is_err());
    }
}
