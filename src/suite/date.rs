//! Days of the calendar: `2027-03-01`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// A day of the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The first and the last year that four digits can name sensibly.
const YEARS: std::ops::RangeInclusive<u16> = 1970..=9999;

impl Date {
    /// The day so many days after 1970-01-01; the last day of the year 9999, if it lies beyond.
    pub fn after_epoch(days: u64) -> Date {
        let mut left = days;
        for year in YEARS {
            for month in 1..=12 {
                let length = u64::from(days_in(year, month));
                if left < length {
                    let day = left as u8 + 1;
                    return Date { year, month, day };
                }
                left -= length;
            }
        }
        Date {
            year: *YEARS.end(),
            month: 12,
            day: 31,
        }
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A text that is no date.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDate {
    /// It is not written like one.
    #[error("expected a date such as `2027-03-01`, found `{0}`")]
    Form(String),
    /// It is written like one.
    #[error("there is no such day as {0}")]
    Day(String),
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Date, InvalidDate> {
        let form = || InvalidDate::Form(text.to_owned());
        let digits = |part: &str, width: usize| {
            let is_number = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| is_number)
        };
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else {
            return Err(form());
        };
        let year = digits(year, 4).ok_or_else(form)?;
        let month = digits(month, 2).ok_or_else(form)? as u8;
        let day = digits(day, 2).ok_or_else(form)? as u8;
        let exists = YEARS.contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        exists
            .then_some(Date { year, month, day })
            .ok_or_else(|| InvalidDate::Day(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let Date { year, month, day } = self;
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

/// A day; the field is optional, the value is not.
pub(super) fn some_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.trim().parse().map(Some).map_err(D::Error::custom)
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day, such as `2027-03-01`.",
            "type": "string",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_are_counted_from_the_epoch() {
        let check = |days, expected: &str| {
            assert_eq!(Date::after_epoch(days).to_string(), expected);
        };
        check(0, "1970-01-01");
        check(58, "1970-02-28");
        check(59, "1970-03-01");
        check(11_016, "2000-02-29");
        check(20_778, "2026-11-21");
        check(u64::MAX, "9999-12-31");
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        let check = |text: &str, expected: &str| {
            let said = match text.parse::<Date>() {
                Ok(date) => date.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(said, expected);
        };
        check("2027-03-01", "2027-03-01");
        check("2028-02-29", "2028-02-29");
        check("2027-02-29", "there is no such day as 2027-02-29");
        check("2027-13-01", "there is no such day as 2027-13-01");
        check("2027-00-01", "there is no such day as 2027-00-01");
        for text in [
            "",
            "soon",
            "2027-3-1",
            "01.03.2027",
            "2027-03",
            "+027-03-01",
        ] {
            let message = format!("expected a date such as `2027-03-01`, found `{text}`");
            check(text, &message);
        }
    }
}
