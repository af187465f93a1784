//! What the forms must come to, taken from `report.json` by another way than they are made.

use serde::Serialize;
use serde_json::Value;

/// The sums over the sites of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sums {
    /// `suite::scenario`
    pub(super) name: String,
    pub(super) total_bytes: i64,
    pub(super) total_blocks: i64,
    pub(super) peak_bytes: i64,
    pub(super) end_bytes: i64,
    pub(super) end_blocks: i64,
    pub(super) sites: usize,
    /// Whether frees were seen, so that DHAT's viewer is told more than totals.
    pub(super) has_lifetimes: bool,
}

/// Those of all scenarios, in the report's order.
pub(super) fn of(report: &Value) -> Vec<Sums> {
    let suites = elements(&report["suites"]);
    let scenarios = suites.flat_map(|suite| {
        let scenarios = elements(&suite["scenarios"]);
        scenarios.map(|scenario| scenario_sums(suite, scenario))
    });
    scenarios.collect()
}

fn scenario_sums(suite: &Value, scenario: &Value) -> Sums {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let name = format!("{}::{}", text(&suite["name"]), text(&scenario["name"]));
    let sum = |figure: &str, unit: &str| -> i64 {
        let sites = elements(&scenario["sites"]);
        sites.filter_map(|site| site[figure][unit].as_i64()).sum()
    };
    Sums {
        name,
        total_bytes: sum("total", "bytes"),
        total_blocks: sum("total", "blocks"),
        peak_bytes: sum("at_peak", "bytes"),
        end_bytes: sum("at_end", "bytes"),
        end_blocks: sum("at_end", "blocks"),
        sites: elements(&scenario["sites"]).count(),
        has_lifetimes: elements(&scenario["sites"]).all(|site| !site["lifetime"].is_null()),
    }
}

pub(super) fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
