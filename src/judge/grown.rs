//! The sites that hold more than they did, and what their survivors tell of it.

use std::cmp::Reverse;
use std::fmt;

use crate::heap::{Count, Recording, SiteRecord};

/// A site that holds more at idle end than at baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grown {
    /// Its number in the recording.
    pub site: usize,
    /// Bytes more; a site that only has more blocks of nothing has zero.
    pub bytes: u64,
    /// Blocks more, negative where fewer blocks hold more bytes.
    pub blocks: i64,
    /// When the blocks were born that are left.
    pub pattern: Pattern,
}

/// When the blocks were born that are alive at idle end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Every cycle leaves something behind: a leak, or a cache without a bound.
    EveryCycle {
        /// What all cycles together left.
        left: Count,
        /// How many cycles there were.
        cycles: u32,
        /// Whether each left as many blocks as every other.
        steady: bool,
    },
    /// Only the first cycles left something: what is set up once.
    FirstCycles(u32),
    /// Only the latest cycles did: a bounded cache, or a working set.
    LastCycles(u32),
    /// Some cycles did.
    SomeCycles {
        /// How many.
        some: u32,
        /// Of how many.
        cycles: u32,
    },
    /// All of it came after the last cycle.
    WhileIdle,
    /// Blocks from before the baseline became larger.
    OldBlocks,
    /// There was one cycle, which says nothing about the next.
    OneCycle,
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Pattern::EveryCycle {
                left,
                cycles,
                steady,
            } if steady => {
                write!(
                    formatter,
                    "unbounded, {} a cycle",
                    left.blocks / u64::from(cycles)
                )
            }
            Pattern::EveryCycle { left, cycles, .. } => {
                let blocks = (left.blocks as f64 / f64::from(cycles)).max(1.0);
                write!(formatter, "unbounded, about {blocks:.0} a cycle")
            }
            Pattern::FirstCycles(1) => formatter.write_str("from the first cycle only"),
            Pattern::FirstCycles(cycles) => {
                write!(formatter, "from the first {cycles} cycles only")
            }
            Pattern::LastCycles(1) => formatter.write_str("from the last cycle only"),
            Pattern::LastCycles(cycles) => write!(formatter, "from the last {cycles} cycles only"),
            Pattern::SomeCycles { some, cycles } => {
                write!(formatter, "from {some} of {cycles} cycles")
            }
            Pattern::WhileIdle => formatter.write_str("while idle"),
            Pattern::OldBlocks => formatter.write_str("in blocks from before the baseline"),
            Pattern::OneCycle => formatter.write_str("in the one cycle"),
        }
    }
}

/// Largest first; equal ones in the order of their first allocation.
pub(super) fn grown(cycles: u32, recording: &Recording) -> Vec<Grown> {
    let mut grown: Vec<Grown> = recording
        .sites
        .iter()
        .enumerate()
        .filter_map(|(site, record)| growth(site, record, cycles))
        .collect();
    grown.sort_by_key(|grown| (Reverse(grown.bytes), Reverse(grown.blocks), grown.site));
    grown
}

fn growth(site: usize, record: &SiteRecord, cycles: u32) -> Option<Grown> {
    let (before, after) = (record.at_baseline, record.at_idle_end);
    let blocks = after.blocks.cast_signed() - before.blocks.cast_signed();
    let bytes = after.bytes.checked_sub(before.bytes)?;
    let has_grown = bytes > 0 || blocks > 0;
    has_grown.then(|| Grown {
        site,
        bytes,
        blocks,
        pattern: pattern(record, cycles),
    })
}

fn pattern(record: &SiteRecord, cycles: u32) -> Pattern {
    let born_in_cycles = record
        .survivors
        .iter()
        .filter(|survivors| (1..=cycles).contains(&survivors.cycle));
    let born: Vec<(u32, Count)> = born_in_cycles
        .map(|survivors| (survivors.cycle, survivors.live))
        .collect();
    let some = born.len() as u32;
    let Some((first, count)) = born.first().copied() else {
        let idle = record
            .survivors
            .iter()
            .any(|survivors| survivors.cycle > cycles);
        return if idle {
            Pattern::WhileIdle
        } else {
            Pattern::OldBlocks
        };
    };
    if cycles == 1 {
        return Pattern::OneCycle;
    }
    if some == cycles {
        let left = born.iter().fold(Count::default(), |sum, (_, live)| Count {
            bytes: sum.bytes + live.bytes,
            blocks: sum.blocks + live.blocks,
        });
        let steady = born.iter().all(|(_, live)| live.blocks == count.blocks);
        return Pattern::EveryCycle {
            left,
            cycles,
            steady,
        };
    }
    match some {
        _ if born.last().is_some_and(|(last, _)| *last == some) => Pattern::FirstCycles(some),
        _ if first + some == cycles + 1 => Pattern::LastCycles(some),
        _ => Pattern::SomeCycles { some, cycles },
    }
}
