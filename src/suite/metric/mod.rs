//! The numbers that a run yields, and that a threshold can bound.

mod lost;
mod phase;
mod site;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

pub use self::lost::Lost;
pub use self::phase::{OfPhase, Phase};
pub use self::site::OfSite;
use super::units::Unit;

/// What is between the name of a group of metrics and the name in it: `idle.peak`.
pub(super) const SEPARATOR: char = '.';

/// The name of the group that [`Metric::Site`] is in.
pub(super) const SITES: &str = "sites";

/// The name of the group that [`Metric::Lost`] is in.
pub(super) const LOST: &str = "lost";

/// One number that a run yields, always with its unit.
///
/// Bytes are requested bytes, unless the name says memory; time is virtual time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Live bytes after teardown that are definitely or indirectly lost.
    Leaked,
    /// Live blocks after teardown that are definitely or indirectly lost.
    LeakedBlocks,
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
    /// What the host still holds of an instance that was dropped.
    HostRetained,
    /// Live bytes after teardown that are lost in one way.
    Lost(Lost),
    /// A figure of one part of the story.
    Phase(Phase, OfPhase),
    /// A figure of the site that accounts for most of it.
    Site(OfSite),
    /// What the module tells of itself by a probe of that name, in that unit.
    Probe(String, Unit),
}

impl Metric {
    /// Those that stand alone, in the order of reports.
    const SINGLE: [Metric; 18] = [
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
        Metric::Leaked,
        Metric::LeakedBlocks,
        Metric::Memory,
        Metric::MemoryGrowth,
        Metric::Fragmentation,
        Metric::DoubleFrees,
        Metric::StrangerFrees,
        Metric::HostRetained,
    ];

    /// Every metric, in the order of reports, but for the probes: these are a suite's own.
    pub fn all() -> impl Iterator<Item = Metric> {
        let lost = Lost::ALL.map(Metric::Lost);
        let of_phases = Phase::ALL
            .into_iter()
            .flat_map(|phase| OfPhase::ALL.map(|of| Metric::Phase(phase, of)));
        let of_sites = OfSite::ALL.map(Metric::Site);
        let alone = Metric::SINGLE.into_iter().chain(lost);
        alone.chain(of_phases).chain(of_sites)
    }

    /// The name in reports: `delta`, or `idle.peak` for what suites write as `idle: { peak: ... }`.
    pub fn name(&self) -> Cow<'static, str> {
        let single = match self {
            Metric::Lost(lost) => return grouped(LOST, lost.name()),
            Metric::Phase(phase, of) => return grouped(phase.name(), of.name()),
            Metric::Site(of) => return grouped(SITES, of.name()),
            Metric::Probe(name, _) => return Cow::Owned(name.clone()),
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
            Metric::Leaked => "leaked",
            Metric::LeakedBlocks => "leaked_blocks",
            Metric::Memory => "memory",
            Metric::MemoryGrowth => "memory_growth",
            Metric::Fragmentation => "fragmentation",
            Metric::DoubleFrees => "double_frees",
            Metric::StrangerFrees => "stranger_frees",
            Metric::HostRetained => "host_retained",
        };
        Cow::Borrowed(single)
    }

    /// The unit that it is counted in.
    pub fn unit(&self) -> Unit {
        match self {
            Metric::Delta
            | Metric::Total
            | Metric::Peak
            | Metric::End
            | Metric::Leaked
            | Metric::Memory
            | Metric::MemoryGrowth
            | Metric::HostRetained => Unit::Bytes,
            Metric::TotalBlocks | Metric::PeakBlocks | Metric::EndBlocks | Metric::LeakedBlocks => {
                Unit::Blocks
            }
            Metric::DoubleFrees | Metric::StrangerFrees => Unit::Frees,
            Metric::IdleRate | Metric::IdleChurn => Unit::BytesPerSecond,
            Metric::Growth => Unit::BytesPerCycle,
            Metric::Fragmentation => Unit::Ratio,
            Metric::Lost(lost) => lost.unit(),
            Metric::Phase(_, of) => of.unit(),
            Metric::Site(of) => of.unit(),
            Metric::Probe(_, unit) => *unit,
        }
    }

    /// Whether it takes blocks with addresses to know it: a build that counts its allocations by site has none.
    pub fn needs_blocks(&self) -> bool {
        matches!(
            self,
            Metric::Fragmentation
                | Metric::DoubleFrees
                | Metric::StrangerFrees
                | Metric::Leaked
                | Metric::LeakedBlocks
                | Metric::Lost(_)
        )
    }

    /// Whether it comes from what is allocated: neither from the size of memory, nor from what the module or the host tells.
    pub fn is_of_allocations(&self) -> bool {
        !matches!(
            self,
            Metric::Memory
                | Metric::MemoryGrowth
                | Metric::Phase(_, OfPhase::MemoryGrowth)
                | Metric::HostRetained
                | Metric::Probe(..)
        )
    }

    /// What it is, in one sentence: the text of the schema and of reports.
    pub fn definition(&self) -> Cow<'static, str> {
        let single = match self {
            Metric::Phase(phase, of) => return Cow::Owned(of.definition(*phase)),
            Metric::Lost(lost) => lost.definition(),
            Metric::Site(of) => of.definition(),
            Metric::Probe(..) => "A number that the module tells of itself, at idle end.",
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
            Metric::Leaked => {
                "Live bytes after teardown that the module cannot get at any more: `lost`, definitely or indirectly."
            }
            Metric::LeakedBlocks => {
                "Live blocks after teardown that the module cannot get at any more."
            }
            Metric::Memory => "Size of linear memory at the end.",
            Metric::MemoryGrowth => "Growth of linear memory since baseline.",
            Metric::Fragmentation => {
                "The share of the heap's linear memory that holds no live bytes, at idle end."
            }
            Metric::DoubleFrees => "Frees and resizes of blocks that had been freed before.",
            Metric::StrangerFrees => {
                "Frees and resizes of addresses that no allocation was seen to return."
            }
            Metric::HostRetained => {
                "Bytes that the host still holds of an instance that was dropped: steady growth over the instances of `lifecycle`."
            }
        };
        Cow::Borrowed(single)
    }
}

fn grouped(group: &str, name: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{group}{SEPARATOR}{name}"))
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(&self.name())
    }
}

/// A name that is no metric's.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no metric")]
pub struct UnknownMetric(String);

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(name: &str) -> Result<Self, UnknownMetric> {
        let mut all = Metric::all();
        all.find(|metric| metric.name() == name)
            .ok_or_else(|| UnknownMetric(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Metric;

    #[test]
    fn names_are_read_back() {
        for metric in Metric::all() {
            assert_eq!(metric.name().parse::<Metric>().ok(), Some(metric));
        }
    }
}
