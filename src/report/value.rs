//! The report as a value: complete, without host paths, real times or anything else that differs from run to run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault_kind::FaultKind;
use super::survey::{SiteSurveyReport, SurveyReport};
use crate::heap::Count;
use crate::judge::Verdict;

/// The version of `report.json`; it counts changes that a reader has to know of.
pub const VERSION: u32 = 1;

/// Everything that one run of suites came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// The suites, by name.
    pub suites: Vec<SuiteReport>,
}

/// One suite file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteReport {
    /// The file's stem.
    pub name: String,
    /// Why it could not be read, so that its scenarios are not known.
    pub error: Option<String>,
    /// The scenarios that ran, by name.
    pub scenarios: Vec<ScenarioReport>,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioReport {
    /// The name in the suite.
    pub name: String,
    /// The module's file name.
    pub module: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Why nothing can be said of the module's memory, where that is so.
    pub fault: Option<Fault>,
    /// In which order the steps of a cycle were done; none where it was as they are listed.
    pub order: Option<OrderReport>,
    /// Every metric that the scenario can measure.
    pub metrics: Vec<MetricReport>,
    /// What the module told of itself.
    pub probes: Vec<ProbeReport>,
    /// The suite's allowances, each with what it came to.
    pub allowances: Vec<AllowanceReport>,
    /// The heap's totals at every mark.
    pub marks: Vec<MarkReport>,
    /// Live bytes and blocks at the global maximum.
    pub peak: Counted,
    /// When that was: virtual nanoseconds since the instance was started, to the next look at the log.
    #[serde(rename = "peak_time_ns")]
    pub peak_time: u64,
    /// All bytes that had been allocated by then: the same instant on the clock of allocated bytes.
    pub total_at_peak: u64,
    /// Every site, in the order of its first allocation.
    pub sites: Vec<SiteReport>,
    /// What was lost and what was held, and by what, at the marks at which that was looked for.
    pub surveys: Vec<SurveyReport>,
    /// How the sites differ from those that were accepted.
    pub snapshot: Option<SnapshotChange>,
    /// How the numbers that limits follow differ from those that were accepted.
    pub numbers: Option<SnapshotChange>,
    /// Frees of what was no block, the first ones; those that happened in the same way are one.
    pub wrong_frees: Vec<WrongFreeReport>,
    /// What a reader of the figures should know: missing symbols, frees of unknown blocks, folded contexts.
    pub notes: Vec<String>,
    /// Allocations, frees and resizes that were seen.
    pub events: u64,
    /// Frees and resizes of addresses at which no block was.
    pub unknown_frees: u64,
    /// Blocks that were handed out again though no free of them was seen.
    pub unseen_frees: u64,
    /// Distinct calling contexts, up to the cap.
    pub contexts: u64,
    /// Allocations whose context lay beyond the cap.
    pub folded_allocations: u64,
}

/// The order of a cycle's steps, where chance had a hand in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderReport {
    /// `shuffled` or `interleaved`.
    pub name: String,
    /// What it was drawn from.
    pub seed: u64,
}

/// The gate broke, or the scenario did not come to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// What kind of fault it is: the topic under which `memgate explain` tells more.
    pub kind: FaultKind,
    /// What happened, in one line.
    pub headline: String,
    /// The cause, in as many lines as it takes.
    pub cause: String,
    /// What to do.
    pub advice: Option<String>,
    /// The guest's stack at that moment, innermost first.
    pub stack: Vec<Place>,
    /// The end of what the guest wrote to its standard error.
    pub stderr: String,
}

/// A metric, and the bounds that the suite puts on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricReport {
    /// Its name.
    pub name: String,
    /// What was measured, in the unit.
    pub value: f64,
    /// What is left of it without the sites that are allowed, in the unit; bounds are held against this.
    pub judged: f64,
    /// The unit, as in `B`, `blocks`, `frees`, `B/s`, `B/cycle`, `ratio`, `count`.
    pub unit: String,
    /// The suite's bounds.
    pub bounds: Vec<Bound>,
}

/// A probe, and what it read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProbeReport {
    /// Its name.
    pub name: String,
    /// The unit, as in `count`, `B`, `blocks`, `ratio`.
    pub unit: String,
    /// The values, in the order of the story.
    pub values: Vec<ProbeValue>,
}

/// What a probe read at a mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProbeValue {
    /// `baseline`, `idle start`, `idle end` or `final`.
    pub mark: String,
    /// In the probe's unit.
    pub value: f64,
}

/// One bound of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bound {
    /// `<`, `<=`, `>` or `>=`.
    pub comparison: String,
    /// The limit, in the metric's unit; none where it follows the accepted run, and nothing was accepted yet.
    pub limit: Option<f64>,
    /// How the limit follows the accepted run, if it does.
    pub relative: Option<Relative>,
    /// Whether what was measured is within it; without a limit it is not.
    pub holds: bool,
    /// How far it is beyond, in the metric's unit; 0 where the bound holds.
    pub excess: f64,
}

/// A limit that follows the accepted run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relative {
    /// As the suite has it: `accepted + 5% + 64 KB`.
    pub text: String,
    /// What was accepted, in the metric's unit.
    pub accepted: Option<f64>,
    /// A bound with a slack, where the percentage alone comes to next to nothing.
    pub advice: Option<String>,
}

/// A site that is known to hold memory and may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AllowanceReport {
    /// The pattern, as the suite has it.
    pub site: String,
    /// The most that it may hold: `< 2 MB`, `< 100 blocks`.
    pub bounds: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<String>,
    /// Whether it counts.
    pub standing: AllowanceStanding,
    /// The sites that it is for, by their place in `sites`; those of an earlier allowance are not among them.
    pub sites: Vec<usize>,
    /// The most that these hold together, at idle end or after teardown.
    pub held: Counted,
}

/// Whether an allowance counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AllowanceStanding {
    /// Its sites are left out of what is judged.
    Counts,
    /// Its sites hold more than it allows: it fails by itself, and nothing is left out.
    Exceeded,
    /// No site matches it: it fails by itself.
    Stale,
    /// Its last day is over: nothing is left out.
    Expired,
}

/// Bytes and blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// Requested bytes.
    pub bytes: i64,
    /// Number of blocks.
    pub blocks: i64,
}

impl Counted {
    /// What `after` has more than `before`.
    pub fn difference(after: Count, before: Count) -> Counted {
        let (after, before) = (Counted::from(after), Counted::from(before));
        Counted {
            bytes: after.bytes - before.bytes,
            blocks: after.blocks - before.blocks,
        }
    }
}

impl From<Count> for Counted {
    fn from(count: Count) -> Counted {
        let signed = |value| i64::try_from(value).unwrap_or(i64::MAX);
        Counted {
            bytes: signed(count.bytes),
            blocks: signed(count.blocks),
        }
    }
}

/// The heap at a mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MarkReport {
    /// `baseline`, `cycle 7`, `idle start`, `idle 3/16`, `idle end` or `final`.
    pub name: String,
    /// Virtual nanoseconds since the instance was started.
    #[serde(rename = "time_ns")]
    pub time: u64,
    /// What is live.
    pub live: Counted,
    /// All that was allocated up to here.
    pub total: Counted,
    /// The most that was live at once since the mark before.
    pub peak: Counted,
    /// Bytes of linear memory.
    pub memory: u64,
    /// The part of it that the heap has taken, in bytes.
    pub heap_span: u64,
}

/// A site and its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SiteReport {
    /// The calling context, innermost first, inlined frames included.
    pub stack: Vec<Place>,
    /// Whether it stands for contexts beyond the cap.
    pub folded: bool,
    /// All that was ever allocated.
    pub total: Counted,
    /// Live at the instant of the global peak.
    pub at_peak: Counted,
    /// The most bytes of it that were live at once, and the blocks that were live then.
    pub own_peak: Counted,
    /// For how long its blocks lived, added up: in bytes that the module allocated meanwhile. Blocks that were never freed lived
    /// to the end. None where nothing is known of frees.
    pub lifetime: Option<u64>,
    /// Live at baseline.
    pub at_baseline: Counted,
    /// Live at idle start.
    pub at_idle_start: Counted,
    /// Live at idle end.
    pub at_idle_end: Counted,
    /// Live at `final`.
    pub at_end: Counted,
    /// Live at idle end, less live at baseline.
    pub delta: Counted,
    /// What is left at idle end, by cycle of birth; cycles that left nothing are left out.
    pub survivors: Vec<SurvivorsReport>,
    /// What was lost and what was held of it, at the marks at which that was looked for and it had live blocks.
    pub surveys: Vec<SiteSurveyReport>,
    /// What was live at those marks, by their places in `marks`, at which it was not what it had been at the one before.
    pub levels: Vec<LevelReport>,
    /// What its blocks are; none where the scenario did not come to its end.
    pub class: Option<ClassReport>,
}

impl SiteReport {
    /// What was live at the mark of that place.
    pub fn level(&self, mark: u32) -> Counted {
        let before = self.levels.iter().rev().find(|level| level.mark <= mark);
        before.map(|level| level.live).unwrap_or_default()
    }
}

/// What a site held at a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LevelReport {
    /// The mark, by its place among the scenario's marks.
    pub mark: u32,
    /// What was live there.
    pub live: Counted,
}

/// What the blocks of a site are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassReport {
    /// `churn`, `one-time`, `working set`, `bounded cache`, `unbounded growth`, `leak` or `unknown`.
    pub name: String,
    /// The same in words, with what shows it.
    pub words: String,
}

/// What a cycle left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SurvivorsReport {
    /// The cycle: 0 is everything before the baseline, one more than there are cycles is the idle time.
    pub cycle: u32,
    /// What is left of it.
    pub live: Counted,
}

/// A free, or a resize, of an address at which no block was.
///
/// Stacks are innermost first; one is missing where it could not be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WrongFreeReport {
    /// What was freed.
    pub address: u64,
    /// Whether a resize took it for a block.
    pub by_resize: bool,
    /// Where it was freed.
    pub freed: Option<Vec<Place>>,
    /// The block that was there before; none where no allocation was seen to return the address.
    pub former: Option<FormerReport>,
    /// The live block that the address lies inside of.
    pub inside: Option<InsideReport>,
    /// How many more frees there were in the same way.
    pub others: u64,
    /// How often an allocation returned the address later on though a block lived there.
    pub handed_out_twice: u64,
}

/// A block that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormerReport {
    /// Requested bytes.
    pub bytes: u64,
    /// Where it was allocated.
    pub allocated: Option<Vec<Place>>,
    /// Whether a resize ended it.
    pub by_resize: bool,
    /// Where it was freed.
    pub freed: Option<Vec<Place>>,
}

/// A place inside a live block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InsideReport {
    /// Requested bytes of the block.
    pub bytes: u64,
    /// How far it is from the block's start, in bytes.
    pub offset: u64,
    /// Where the block was allocated.
    pub allocated: Option<Vec<Place>>,
}

/// A frame of a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The function, in the source language's own spelling.
    pub function: String,
    /// The source file, as the build named it.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// Whether the frame was inlined into the next one.
    pub inlined: bool,
    /// Whether it belongs to a language's library rather than to the program.
    pub library: bool,
}

/// How something differs from what was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotChange {
    /// Whether nothing was accepted so far.
    pub is_new: bool,
    /// The difference, line by line, with `+` and `-`.
    pub diff: String,
}
