//! What both count of a program's heap.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// Bytes and blocks that were ever allocated, that were live at the maximum, and that are live at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) total: u64,
    pub(super) total_blocks: u64,
    pub(super) peak: u64,
    pub(super) peak_blocks: u64,
    pub(super) end: u64,
    pub(super) end_blocks: u64,
}

impl Totals {
    /// From what DHAT says when a program ends.
    pub(super) fn of_dhat(said: &str) -> Result<Totals> {
        let read = |label| {
            said.lines()
                .find_map(|line| bytes_and_blocks(line.split_once(label)?.1))
                .with_context(|| format!("DHAT did not say `{label}`:\n{said}"))
        };
        let (total, total_blocks) = read("Total:")?;
        let (peak, peak_blocks) = read("At t-gmax:")?;
        let (end, end_blocks) = read("At t-end:")?;
        Ok(Totals {
            total,
            total_blocks,
            peak,
            peak_blocks,
            end,
            end_blocks,
        })
    }

    /// From the metrics of a scenario in memgate's report.
    pub(super) fn of_metrics(metrics: &Value) -> Result<Totals> {
        let metrics = metrics.as_array().context("a report has metrics")?;
        let read = |name: &str| {
            let metric = metrics.iter().find(|metric| metric["name"] == name);
            let value = metric.and_then(|metric| metric["value"].as_f64());
            // Whole numbers, all of them.
            value
                .map(|value| value as u64)
                .with_context(|| format!("the report has no `{name}`"))
        };
        Ok(Totals {
            total: read("total")?,
            total_blocks: read("total_blocks")?,
            peak: read("peak")?,
            peak_blocks: read("peak_blocks")?,
            end: read("end")?,
            end_blocks: read("end_blocks")?,
        })
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            total,
            total_blocks,
            peak,
            peak_blocks,
            end,
            end_blocks,
        } = self;
        write!(
            f,
            "{total} bytes in {total_blocks} blocks, peak {peak} in {peak_blocks}, end {end} in {end_blocks}"
        )
    }
}

/// Reads `1,234 bytes in 5 blocks`.
fn bytes_and_blocks(text: &str) -> Option<(u64, u64)> {
    let (bytes, blocks) = text.split_once(" bytes in ")?;
    let number = |text: &str| text.trim().replace(',', "").parse().ok();
    Some((number(bytes)?, number(blocks.strip_suffix(" blocks")?)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOTALS: Totals = Totals {
        total: 223_664_754,
        total_blocks: 500_001,
        peak: 4_830_327,
        peak_blocks: 10_000,
        end: 0,
        end_blocks: 0,
    };

    #[test]
    fn dhat_is_understood() -> Result<()> {
        let said = "\
            ==7== DHAT, a dynamic heap analysis tool\n\
            ==7== \n\
            ==7== Total:     223,664,754 bytes in 500,001 blocks\n\
            ==7== At t-gmax: 4,830,327 bytes in 10,000 blocks\n\
            ==7== At t-end:  0 bytes in 0 blocks\n\
            ==7== Reads:     490,021 bytes\n";
        assert_eq!(Totals::of_dhat(said)?, TOTALS);
        Ok(())
    }

    #[test]
    fn the_report_is_understood() -> Result<()> {
        let metrics = json!([
            { "name": "delta", "value": 7.0 },
            { "name": "total", "value": 223_664_754.0 },
            { "name": "total_blocks", "value": 500_001.0 },
            { "name": "peak", "value": 4_830_327.0 },
            { "name": "peak_blocks", "value": 10_000.0 },
            { "name": "end", "value": 0.0 },
            { "name": "end_blocks", "value": 0.0 },
        ]);
        assert_eq!(Totals::of_metrics(&metrics)?, TOTALS);
        Ok(())
    }

    #[test]
    fn what_is_not_said_is_not_zero() {
        assert!(Totals::of_dhat("==7== Total: 1 bytes in 1 blocks").is_err());
        assert!(Totals::of_metrics(&json!([{ "name": "total", "value": 1.0 }])).is_err());
    }
}
