//! The one use of the calendar: whether the last day of an allowance is over.

use std::time::SystemTime;

use crate::suite::{Date, InvalidDate};

/// The variable that names another day, so that an old run can be told again.
const VARIABLE: &str = "MEMGATE_TODAY";

/// Today in UTC, or the day that the variable names.
pub(super) fn today() -> Result<Date, String> {
    day(std::env::var(VARIABLE).ok())
}

/// An empty variable is none, as a workflow leaves it whose input was not given.
fn day(named: Option<String>) -> Result<Date, String> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        return Ok(Date::after_epoch(since_epoch.as_secs() / (24 * 60 * 60)));
    };
    let date = named.parse();
    date.map_err(|error: InvalidDate| format!("error: unusable {VARIABLE}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_none() {
        assert!(day(Some(String::new())).is_ok());
        assert_eq!(
            day(Some("2026-03-01".into())).map(|day| day.to_string()),
            Ok("2026-03-01".into())
        );
        assert!(day(Some("soon".into())).is_err());
    }
}
