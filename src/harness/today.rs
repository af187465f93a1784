//! The one use of the calendar: whether the last day of an allowance is over.

use std::time::SystemTime;

use crate::suite::{Date, InvalidDate};

/// The variable that names another day, so that an old run can be told again.
const VARIABLE: &str = "MEMGATE_TODAY";

/// Today in UTC, or the day that the variable names.
pub(super) fn today() -> Result<Date, String> {
    let Ok(named) = std::env::var(VARIABLE) else {
        let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        return Ok(Date::after_epoch(since_epoch.as_secs() / (24 * 60 * 60)));
    };
    let date = named.parse();
    date.map_err(|error: InvalidDate| format!("error: unusable {VARIABLE}: {error}"))
}
