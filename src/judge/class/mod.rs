//! What the blocks of a site are: told by when those were born that are alive at idle end, and by what the site held over time.

use std::fmt;

use super::trend::{Trend, trend};
use crate::heap::{Count, Recording, SiteRecord, SiteSurvey};
use crate::run::{IDLE_PARTS, MarkKind};
use crate::suite::{Unit, format_bytes};

/// The fewest cycles that show what goes on and what happens once.
const MIN_CYCLES: u32 = 3;

/// What the blocks of a site are, with what shows it.
///
/// Blocks of a container that is resized are followed: they are as old as the container, and what it takes is seen in what
/// the site holds. Figures are of idle end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Nothing is left of what was allocated.
    Churn,
    /// What is left was allocated once: before the baseline (cycle 0), or in a cycle after which nothing was added.
    OneTime {
        /// The cycle.
        cycle: u32,
    },
    /// Every cycle replaces what the one before it left.
    WorkingSet,
    /// Older blocks go as new ones come, and the site holds no more than it did before.
    BoundedCache {
        /// The most that it held at the end of a cycle.
        bound: Count,
        /// The cycle since which it has not held more.
        since: u32,
    },
    /// The site holds more and more.
    UnboundedGrowth(Growth),
    /// It does, and nothing points to what it holds.
    Leak(Growth),
    /// There were too few cycles to tell what goes on from what happens once.
    TooFewCycles(u32),
    /// Something came in the last cycle, or while idle, that had not come before: once more would tell.
    Late(Part),
}

/// How a site grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// When.
    pub part: Part,
    /// By how many blocks a cycle, or between two of the marks of the idle period; less than one where it is blocks that grow.
    pub blocks: f64,
    /// By how many bytes.
    pub bytes: f64,
    /// Whether every cycle left the same number of blocks.
    pub is_even: bool,
}

/// A part of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The cycles after the baseline.
    Cycles,
    /// The idle period.
    Idle,
}

impl Class {
    /// All names in reports.
    pub const NAMES: [&str; 7] = [
        "churn",
        "one-time",
        "working set",
        "bounded cache",
        "unbounded growth",
        "leak",
        "unknown",
    ];

    /// The name in reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Class::Churn => Class::NAMES[0],
            Class::OneTime { .. } => Class::NAMES[1],
            Class::WorkingSet => Class::NAMES[2],
            Class::BoundedCache { .. } => Class::NAMES[3],
            Class::UnboundedGrowth(_) => Class::NAMES[4],
            Class::Leak(_) => Class::NAMES[5],
            Class::TooFewCycles(_) | Class::Late(_) => Class::NAMES[6],
        }
    }
}

/// The class of every site.
pub(super) fn classes(cycles: u32, recording: &Recording) -> Vec<Option<Class>> {
    let survey = recording.survey(MarkKind::Final);
    let of_site = |site| survey.and_then(|survey| survey.sites.get(&site));
    let sites = (0..).zip(&recording.sites);
    sites
        .map(|(number, site)| class(cycles, recording, site, of_site(number)))
        .collect()
}

fn class(
    cycles: u32,
    recording: &Recording,
    site: &SiteRecord,
    survey: Option<&SiteSurvey>,
) -> Option<Class> {
    recording.mark(MarkKind::IdleEnd)?;
    if site.at_idle_end.blocks == 0 {
        return Some(Class::Churn);
    }
    let levels: Vec<(MarkKind, Count)> = recording.levels(site).collect();
    let over_cycles = Series::over_cycles(&levels);
    let growth =
        growth_over_cycles(cycles, site, &over_cycles).or_else(|| growth_while_idle(&levels));
    Some(match growth {
        Some(growth) if survey.is_some_and(is_lost) => Class::Leak(growth),
        Some(growth) => Class::UnboundedGrowth(growth),
        None => at_rest(cycles, site, &over_cycles),
    })
}

/// Whether at least half of what is left in the end is lost.
fn is_lost(survey: &SiteSurvey) -> bool {
    let leaked = survey.losses.leaked();
    let (reachable, possible) = (survey.losses.reachable, survey.losses.possible);
    let held = reachable.bytes.saturating_add(possible.bytes);
    leaked.blocks > 0 && leaked.bytes >= held
}

/// The class of a site that does not hold more and more.
fn at_rest(cycles: u32, site: &SiteRecord, levels: &Series) -> Class {
    let born: Vec<u32> = site
        .survivors
        .iter()
        .map(|survivors| survivors.cycle)
        .filter(|cycle| *cycle > 0)
        .collect();
    let Some(latest) = born.last().copied() else {
        return Class::OneTime { cycle: 0 };
    };
    if cycles < MIN_CYCLES {
        return Class::TooFewCycles(cycles);
    }
    let since = levels.highest_at();
    let bound = levels.highest();
    if latest > cycles && site.at_idle_end.bytes > site.at_idle_start.bytes && bound.bytes == 0 {
        return Class::Late(Part::Idle);
    }
    let is_replaced = latest >= cycles;
    match born.as_slice() {
        [_] if !is_replaced => Class::OneTime { cycle: latest },
        [_] if since == cycles => Class::Late(Part::Cycles),
        [_] => Class::WorkingSet,
        // What came in a few cycles, long ago, is what the program came to need.
        _ if latest <= cycles / 2 => Class::OneTime { cycle: latest },
        _ => Class::BoundedCache { bound, since },
    }
}

fn growth_over_cycles(cycles: u32, site: &SiteRecord, levels: &Series) -> Option<Growth> {
    if cycles < MIN_CYCLES {
        return None;
    }
    let (bytes, blocks) = levels.growth()?;
    let born = site
        .survivors
        .iter()
        .filter(|survivors| (1..=cycles).contains(&survivors.cycle));
    let blocks_born: Vec<u64> = born.map(|survivors| survivors.live.blocks).collect();
    let each = blocks_born.first().copied();
    let is_even = blocks_born.len() == cycles as usize
        && blocks_born.iter().all(|blocks| Some(*blocks) == each);
    Some(Growth {
        part: Part::Cycles,
        blocks: each.filter(|_| is_even).map_or(blocks, |each| each as f64),
        bytes,
        is_even,
    })
}

fn growth_while_idle(levels: &[(MarkKind, Count)]) -> Option<Growth> {
    let (bytes, blocks) = Series::over_idle_time(levels).growth()?;
    Some(Growth {
        part: Part::Idle,
        blocks,
        bytes,
        is_even: false,
    })
}

/// What a site held, by steps.
struct Series(Vec<(u32, Count)>);

impl Series {
    /// At the end of each cycle, the baseline being the end of cycle 0.
    fn over_cycles(levels: &[(MarkKind, Count)]) -> Series {
        Series::of(levels, |kind| match kind {
            MarkKind::Baseline => Some(0),
            MarkKind::Cycle(cycle) => Some(cycle),
            _ => None,
        })
    }

    fn over_idle_time(levels: &[(MarkKind, Count)]) -> Series {
        Series::of(levels, |kind| match kind {
            MarkKind::IdleStart => Some(0),
            MarkKind::Idle(part) => Some(part),
            MarkKind::IdleEnd => Some(IDLE_PARTS),
            _ => None,
        })
    }

    fn of(levels: &[(MarkKind, Count)], step: impl Fn(MarkKind) -> Option<u32>) -> Series {
        let steps = levels.iter();
        Series(
            steps
                .filter_map(|(kind, live)| Some((step(*kind)?, *live)))
                .collect(),
        )
    }

    /// Bytes and blocks a step, where the series rises to its end.
    fn growth(&self) -> Option<(f64, f64)> {
        let series = |figure: fn(&Count) -> u64| -> Vec<(u32, u64)> {
            let steps = self.0.iter();
            steps.map(|(step, live)| (*step, figure(live))).collect()
        };
        // Two points rise or do not, whatever happened in between.
        if self.0.len() <= MIN_CYCLES as usize {
            return None;
        }
        let bytes = trend(&series(|live| live.bytes))?;
        let blocks = trend(&series(|live| live.blocks))?;
        let rise = |trend| match trend {
            Trend::Rising(rise) => rise,
            Trend::Resting(_) => 0.0,
        };
        let is_rising = [bytes, blocks]
            .iter()
            .any(|trend| matches!(trend, Trend::Rising(_)));
        // More blocks in fewer bytes are no growth.
        let holds_more = self.0.last()?.1.bytes >= self.0.first()?.1.bytes;
        (is_rising && holds_more).then(|| (rise(bytes), rise(blocks)))
    }

    /// The most bytes that were held at a step, and the blocks that they were in.
    fn highest(&self) -> Count {
        let levels = self.0.iter().map(|(_, live)| *live);
        levels
            .reduce(|highest, live| {
                if live.bytes > highest.bytes {
                    live
                } else {
                    highest
                }
            })
            .unwrap_or_default()
    }

    /// The first step at which it was so much.
    fn highest_at(&self) -> u32 {
        let highest = self.highest();
        let first = self.0.iter().find(|(_, live)| *live == highest);
        first.map_or(0, |(step, _)| *step)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Class::Churn => write!(formatter, "{name}: all of it was freed"),
            Class::OneTime { cycle: 0 } => write!(formatter, "{name}: from before the baseline"),
            Class::OneTime { cycle } => {
                write!(formatter, "{name}: last grew in cycle {cycle}")
            }
            Class::WorkingSet => write!(formatter, "{name}: each cycle replaces it"),
            Class::BoundedCache { bound, since } => {
                let blocks = Unit::Blocks.format(bound.blocks as f64);
                let bytes = format_bytes(bound.bytes as f64);
                let since = match since {
                    0 => "the baseline".to_string(),
                    cycle => format!("cycle {cycle}"),
                };
                write!(
                    formatter,
                    "{name}: never more than {blocks}, {bytes}, since {since}"
                )
            }
            Class::UnboundedGrowth(growth) | Class::Leak(growth) => {
                write!(formatter, "{name}{growth}")
            }
            Class::TooFewCycles(1) => {
                formatter.write_str("one cycle does not tell whether it goes on")
            }
            Class::TooFewCycles(cycles) => {
                write!(formatter, "{cycles} cycles do not tell whether it goes on")
            }
            Class::Late(Part::Cycles) => {
                formatter.write_str("new in the last cycle: more cycles would tell")
            }
            Class::Late(Part::Idle) => formatter.write_str("new while idle, once"),
        }
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = |count: f64| Unit::Blocks.format(count.round());
        let bytes = format_bytes(self.bytes);
        match self.part {
            Part::Cycles if self.is_even => write!(formatter, ", {} a cycle", blocks(self.blocks)),
            Part::Cycles if self.blocks >= 1.0 => {
                write!(formatter, ", about {} a cycle", blocks(self.blocks))
            }
            Part::Cycles if self.blocks > 0.0 => {
                let cycles = (1.0 / self.blocks).round();
                write!(formatter, ", about 1 block in {cycles} cycles")
            }
            Part::Cycles => write!(formatter, ", about {bytes} a cycle"),
            Part::Idle => formatter.write_str(" while idle"),
        }
    }
}

#[cfg(test)]
mod tests;
