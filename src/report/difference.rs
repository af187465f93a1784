//! How two runs of one story differ: of one module, which must not differ at all, or of two builds of it.

mod counterparts;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use self::counterparts::counterparts;
use super::names::short_name;
use super::value::{Counted, MarkReport, MetricReport, Place, ScenarioReport, SiteReport};
use crate::suite::{Metric, Phase};

/// What one run has that the other has not. `a` and `b` are the two, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// The metrics that differ, in the order of reports.
    pub metrics: Vec<MetricDifference>,
    /// The sites that differ: first those by which more or less is kept, largest first.
    pub sites: Vec<SiteDifference>,
}

/// A metric in two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricDifference {
    /// Its name.
    pub name: String,
    /// Its unit, as in [`MetricReport::unit`].
    pub unit: String,
    /// What the first run yields, if anything.
    pub a: Option<f64>,
    /// What the second run yields, if anything.
    pub b: Option<f64>,
}

/// A site in two runs. A source file has other lines in another build, and the code other offsets: what is left is what a site
/// reads like, and where several read the same, the order of their lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteDifference {
    /// What became of it.
    pub change: Change,
    /// Its stack, innermost first, as the later run has it that has it.
    pub stack: Vec<Place>,
    /// In the first run.
    pub a: Figures,
    /// In the second run.
    pub b: Figures,
}

/// What a site came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Live at idle end.
    pub kept: Counted,
    /// All that was ever allocated.
    pub total: Counted,
}

/// What became of a site, seen from the first run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the second run has it.
    Added,
    /// It keeps more or, where it keeps the same, allocates more.
    Grown,
    /// It keeps less or, where it keeps the same, allocates less.
    Shrunk,
    /// Only the first run has it.
    Gone,
}

/// How `b` differs from `a`, by metrics and by sites.
pub fn difference(a: &ScenarioReport, b: &ScenarioReport) -> Difference {
    Difference {
        metrics: metrics(a, b),
        sites: sites(&a.sites, &b.sites),
    }
}

/// Which parts of two reports are not equal, to the last frame and byte, by their names in `report.json`: of one module and
/// scenario, none ever is.
pub fn unequal_parts(a: &ScenarioReport, b: &ScenarioReport) -> Vec<String> {
    if a == b {
        return Vec::new();
    }
    // As they are saved, so that a part that comes later is not forgotten here.
    let [a, b] = [a, b].map(|report| serde_json::to_value(report).unwrap_or_default());
    let parts = a.as_object().into_iter().flatten();
    let unequal = parts.filter(|(name, part)| b.get(name) != Some(part));
    unequal.map(|(name, _)| name.clone()).collect()
}

impl Difference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.sites.is_empty()
    }
}

impl Figures {
    /// Whether nothing was ever allocated.
    fn is_nothing(&self) -> bool {
        *self == Figures::default()
    }

    fn add(&mut self, site: &SiteReport) {
        for (sum, more) in [
            (&mut self.kept, site.at_idle_end),
            (&mut self.total, site.total),
        ] {
            sum.bytes = sum.bytes.saturating_add(more.bytes);
            sum.blocks = sum.blocks.saturating_add(more.blocks);
        }
    }
}

impl SiteDifference {
    /// What the second run keeps and allocates more than the first.
    pub fn more(&self) -> Figures {
        let less = |b: Counted, a: Counted| Counted {
            bytes: b.bytes.saturating_sub(a.bytes),
            blocks: b.blocks.saturating_sub(a.blocks),
        };
        Figures {
            kept: less(self.b.kept, self.a.kept),
            total: less(self.b.total, self.a.total),
        }
    }

    /// By how much it matters: what stays before what passes, bytes before blocks.
    fn weight(&self) -> [u64; 4] {
        let Figures { kept, total } = self.more();
        [kept.bytes, total.bytes, kept.blocks, total.blocks].map(i64::unsigned_abs)
    }
}

fn metrics(a: &ScenarioReport, b: &ScenarioReport) -> Vec<MetricDifference> {
    let value = |run: &ScenarioReport, name: &str| {
        let named = run.metrics.iter().find(|metric| metric.name == name);
        named.map(|metric| metric.value)
    };
    let is_new = |metric: &&MetricReport| value(a, &metric.name).is_none();
    let names = a.metrics.iter().chain(b.metrics.iter().filter(is_new));
    let names = names.filter(|metric| is_told(&metric.name, a) || is_told(&metric.name, b));
    let both = names.map(|MetricReport { name, unit, .. }| MetricDifference {
        name: name.clone(),
        unit: unit.clone(),
        a: value(a, name),
        b: value(b, name),
    });
    both.filter(|metric| metric.a != metric.b).collect()
}

/// Whether a metric is about something that there is: a story that does not idle has no peak while it idles, only what it had before.
fn is_told(metric: &str, run: &ScenarioReport) -> bool {
    match metric.parse() {
        Ok(Metric::Phase(phase, _)) => has_phase(phase, &run.marks),
        _ => true,
    }
}

/// Whether anything was allocated or freed, or time passed, in that part of the story.
fn has_phase(phase: Phase, marks: &[MarkReport]) -> bool {
    let at = |name: &str| marks.iter().find(|mark| mark.name == name);
    let mut cycles = marks.iter().rev();
    let last_cycle = cycles.find(|mark| mark.name.starts_with("cycle "));
    let (from, to) = match phase {
        Phase::Start => (None, at("baseline")),
        Phase::Cycles => (at("baseline"), last_cycle.or(at("idle start"))),
        Phase::Settle => (last_cycle, at("idle start")),
        Phase::Idle => (at("idle start"), at("idle end")),
        Phase::Teardown => (at("idle end"), at("final")),
    };
    let moment = |mark: &MarkReport| (mark.time, mark.total, mark.live);
    let before = from.map(moment).unwrap_or_default();
    to.is_some_and(|to| moment(to) != before)
}

fn sites(a: &[SiteReport], b: &[SiteReport]) -> Vec<SiteDifference> {
    let mut same: BTreeMap<Reading, [Sums; 2]> = BTreeMap::new();
    for (side, sites) in [a, b].into_iter().enumerate() {
        for site in sites {
            let sums = &mut same.entry(reading(&site.stack)).or_default()[side];
            sums.entry(site.stack.clone()).or_default().add(site);
        }
    }
    let pairs = same
        .into_values()
        .flat_map(|sides| counterparts(sides.map(Vec::from_iter)));
    let mut changed: Vec<SiteDifference> = pairs.filter_map(|(a, b)| differing(a, b)).collect();
    // Equal ones stay in the order of what they read.
    changed.sort_by_key(|site| Reverse(site.weight()));
    changed
}

/// What sites came to by their stacks; those of one stack differ by columns and offsets only.
type Sums = BTreeMap<Vec<Place>, Figures>;

/// One of these.
type Sum = (Vec<Place>, Figures);

fn differing(a: Option<Sum>, b: Option<Sum>) -> Option<SiteDifference> {
    let figures = |sum: &Option<Sum>| {
        sum.as_ref()
            .map(|(_, figures)| *figures)
            .unwrap_or_default()
    };
    let (a_figures, b_figures) = (figures(&a), figures(&b));
    let (stack, _) = b.or(a)?;
    let site = SiteDifference {
        change: Change::Grown,
        stack,
        a: a_figures,
        b: b_figures,
    };
    Some(SiteDifference {
        change: change(&site)?,
        ..site
    })
}

fn change(site: &SiteDifference) -> Option<Change> {
    let Figures { kept, total } = site.more();
    let differences = [kept.bytes, kept.blocks, total.bytes, total.blocks];
    let first = differences.into_iter().find(|more| *more != 0)?;
    Some(match first {
        _ if site.a.is_nothing() => Change::Added,
        _ if site.b.is_nothing() => Change::Gone,
        1.. => Change::Grown,
        _ => Change::Shrunk,
    })
}

/// What a site reads like in any build: the program's own functions and their files, without folders and lines; those of libraries
/// where there are no others.
pub(super) type Reading = Vec<(String, Option<String>)>;

pub(super) fn reading(stack: &[Place]) -> Reading {
    let is_library_only = stack.iter().all(|place| place.library);
    let frames = stack
        .iter()
        .filter(|place| is_library_only || !place.library);
    let file = |place: &Place| {
        let name = place.file.as_ref()?.rsplit(['/', '\\']).next()?;
        Some(name.to_string())
    };
    frames
        .map(|place| (short_name(&place.function), file(place)))
        .collect()
}

#[cfg(test)]
mod tests;
