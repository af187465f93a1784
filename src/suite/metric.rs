//! The numbers that a run yields, and that a threshold can bound.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::fault::unknown_word;
use super::units::Unit;

/// One number that a run yields, always with its unit.
///
/// Bytes are requested bytes, unless the name says memory; time is virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Live bytes at idle end minus live bytes at baseline.
    Delta,
    /// Growth of live bytes during the idle period, per second.
    IdleRate,
    /// Bytes allocated during the idle period, per second.
    IdleChurn,
    /// Steady growth of live bytes per cycle, over the cycles after warm-up.
    Growth,
    /// Bytes of all that was ever allocated.
    Total,
    /// Blocks of all that was ever allocated.
    TotalBlocks,
    /// Live bytes at the global maximum.
    Peak,
    /// Live blocks at the global maximum of bytes.
    PeakBlocks,
    /// Live bytes after teardown.
    End,
    /// Live blocks after teardown.
    EndBlocks,
    /// Size of linear memory at the end.
    Memory,
    /// Growth of linear memory since baseline.
    MemoryGrowth,
    /// The share of the heap's linear memory that holds no live bytes, at idle end.
    Fragmentation,
    /// Frees of blocks that had been freed before.
    DoubleFrees,
    /// Frees of addresses that no allocation was seen to return.
    StrangerFrees,
}

impl Metric {
    /// Every metric, in the order of reports.
    pub const ALL: [Metric; 15] = [
        Metric::Delta,
        Metric::IdleRate,
        Metric::IdleChurn,
        Metric::Growth,
        Metric::Total,
        Metric::TotalBlocks,
        Metric::Peak,
        Metric::PeakBlocks,
        Metric::End,
        Metric::EndBlocks,
        Metric::Memory,
        Metric::MemoryGrowth,
        Metric::Fragmentation,
        Metric::DoubleFrees,
        Metric::StrangerFrees,
    ];

    /// The name in suites and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Metric::Delta => "delta",
            Metric::IdleRate => "idle_rate",
            Metric::IdleChurn => "idle_churn",
            Metric::Growth => "growth",
            Metric::Total => "total",
            Metric::TotalBlocks => "total_blocks",
            Metric::Peak => "peak",
            Metric::PeakBlocks => "peak_blocks",
            Metric::End => "end",
            Metric::EndBlocks => "end_blocks",
            Metric::Memory => "memory",
            Metric::MemoryGrowth => "memory_growth",
            Metric::Fragmentation => "fragmentation",
            Metric::DoubleFrees => "double_frees",
            Metric::StrangerFrees => "stranger_frees",
        }
    }

    /// The unit that it is counted in.
    pub const fn unit(self) -> Unit {
        match self {
            Metric::Delta
            | Metric::Total
            | Metric::Peak
            | Metric::End
            | Metric::Memory
            | Metric::MemoryGrowth => Unit::Bytes,
            Metric::TotalBlocks | Metric::PeakBlocks | Metric::EndBlocks => Unit::Blocks,
            Metric::DoubleFrees | Metric::StrangerFrees => Unit::Frees,
            Metric::IdleRate | Metric::IdleChurn => Unit::BytesPerSecond,
            Metric::Growth => Unit::BytesPerCycle,
            Metric::Fragmentation => Unit::Ratio,
        }
    }

    /// What it is, in one sentence: the text of the schema and of reports.
    pub const fn definition(self) -> &'static str {
        match self {
            Metric::Delta => "Live bytes at idle end minus live bytes at baseline.",
            Metric::IdleRate => "Growth of live bytes during the idle period, per second.",
            Metric::IdleChurn => "Bytes allocated during the idle period, per second.",
            Metric::Growth => "Steady growth of live bytes per cycle, after warm-up.",
            Metric::Total => "Bytes of all that was ever allocated.",
            Metric::TotalBlocks => "Blocks of all that was ever allocated.",
            Metric::Peak => "Live bytes at the global maximum.",
            Metric::PeakBlocks => "Live blocks at the global maximum of live bytes.",
            Metric::End => "Live bytes after teardown.",
            Metric::EndBlocks => "Live blocks after teardown.",
            Metric::Memory => "Size of linear memory at the end.",
            Metric::MemoryGrowth => "Growth of linear memory since baseline.",
            Metric::Fragmentation => {
                "The share of the heap's linear memory that holds no live bytes, at idle end."
            }
            Metric::DoubleFrees => "Frees and resizes of blocks that had been freed before.",
            Metric::StrangerFrees => {
                "Frees and resizes of addresses that no allocation was seen to return."
            }
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A name that is no metric's; the second line of the message lists those that are.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnknownMetric(String);

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(name: &str) -> Result<Self, UnknownMetric> {
        let named = Metric::ALL.into_iter().find(|metric| metric.name() == name);
        named.ok_or_else(|| {
            let names = Metric::ALL.map(Metric::name);
            let message = unknown_word("metric", name, &names);
            UnknownMetric(format!("{message}\naccepted: {}", names.join(", ")))
        })
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Metric;

    #[test]
    fn names_are_read_back() {
        for metric in Metric::ALL {
            assert_eq!(metric.name().parse::<Metric>().ok(), Some(metric));
        }
    }
}
