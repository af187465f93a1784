//! The data in the page: an overview in plain JSON, each scenario packed.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::pairs::pairs;
use crate::judge::Verdict;
use crate::report::failure;
use crate::report::names::short_name;
use crate::report::survey::{SiteSurveyReport, SurveyReport};
use crate::report::value::{
    AllowanceReport, ClassReport, Counted, Fault, LevelReport, MarkReport, MetricReport,
    OrderReport, Place, ProbeReport, Report, ScenarioReport, SiteReport, SnapshotChange,
    SuiteReport, SurvivorsReport, WrongFreeReport,
};
use crate::report::weight::Weight;

/// What is said of the whole run.
#[derive(Serialize)]
struct Run<'r> {
    memgate: &'static str,
    /// Whether there is another run beside it.
    against: bool,
    /// The figures of sites, by name and in words, in the order in which each site has them.
    weights: Vec<(&'static str, &'static str)>,
    suites: Vec<Suite<'r>>,
}

#[derive(Serialize)]
struct Suite<'r> {
    name: &'r str,
    error: Option<&'r str>,
}

/// A scenario's row in the overview, and all of it, packed.
#[derive(Serialize)]
struct Summary<'r> {
    suite: &'r str,
    name: &'r str,
    module: &'r str,
    verdict: Verdict,
    headline: String,
    /// Live bytes at the marks before teardown.
    live: Vec<i64>,
    metrics: BTreeMap<&'r str, Metric<'r>>,
    packed: String,
}

/// Value, unit, whether a bound is broken, and the value in the other run.
#[derive(Serialize)]
struct Metric<'r>(f64, &'r str, bool, Option<f64>);

/// The metrics that the overview has columns for.
const COLUMNS: [&str; 4] = ["delta", "growth", "peak", "leaked"];

/// A scenario, with the other run's beside it.
#[derive(Serialize)]
struct Packed<'r> {
    report: Scenario<'r>,
    other: Option<Scenario<'r>>,
    /// For each site of the other run its counterpart, if it has one.
    pairs: Vec<Option<usize>>,
    places: Vec<PlaceRow<'r>>,
}

/// What the page shows of a scenario, under the names of `report.json`.
#[derive(Serialize)]
struct Scenario<'r> {
    module: &'r str,
    verdict: Verdict,
    fault: &'r Option<Fault>,
    order: &'r Option<OrderReport>,
    metrics: &'r [MetricReport],
    probes: &'r [ProbeReport],
    allowances: &'r [AllowanceReport],
    marks: &'r [MarkReport],
    peak: Counted,
    peak_time_ns: u64,
    sites: Vec<Site<'r>>,
    surveys: &'r [SurveyReport],
    snapshot: &'r Option<SnapshotChange>,
    numbers: &'r Option<SnapshotChange>,
    wrong_frees: &'r [WrongFreeReport],
    notes: &'r [String],
    events: u64,
    unknown_frees: u64,
    unseen_frees: u64,
    contexts: u64,
    folded_allocations: u64,
}

#[derive(Serialize)]
struct Site<'r> {
    /// The places of its stack, by number.
    frames: Vec<usize>,
    /// Bytes and blocks by each [`Weight`].
    figures: [(i64, i64); Weight::ALL.len()],
    folded: bool,
    survivors: &'r [SurvivorsReport],
    surveys: &'r [SiteSurveyReport],
    levels: &'r [LevelReport],
    class: &'r Option<ClassReport>,
}

/// Function, its short name where that is another one, file, line, whether it is inlined, whether it is a library's.
#[derive(Serialize)]
struct PlaceRow<'r>(
    &'r str,
    Option<String>,
    Option<&'r str>,
    Option<u32>,
    bool,
    bool,
);

/// The elements that hold the data.
pub(super) fn elements(report: &Report, against: Option<&Report>) -> String {
    let run = Run {
        memgate: env!("CARGO_PKG_VERSION"),
        against: against.is_some(),
        weights: Weight::ALL
            .map(|weight| (weight.name(), weight.words()))
            .to_vec(),
        suites: report.suites.iter().map(suite).collect(),
    };
    let mut elements = element("id=\"run\"", &run);
    for suite in &report.suites {
        for scenario in &suite.scenarios {
            let other = against.and_then(|against| named(against, &suite.name, &scenario.name));
            let summary = summary(&suite.name, scenario, other);
            elements.push_str(&element("class=\"scenario\"", &summary));
        }
    }
    elements
}

fn suite(suite: &SuiteReport) -> Suite<'_> {
    Suite {
        name: &suite.name,
        error: suite.error.as_deref(),
    }
}

fn named<'r>(report: &'r Report, suite: &str, scenario: &str) -> Option<&'r ScenarioReport> {
    let suite = report.suites.iter().find(|known| known.name == suite)?;
    suite.scenarios.iter().find(|known| known.name == scenario)
}

/// A script that does not run. Nothing in it can end it: in JSON, `<` stands in strings only, where it can be spelt otherwise.
fn element(attribute: &str, data: &impl Serialize) -> String {
    let json = serde_json::to_string(data).expect("a report is a JSON value");
    let json = json.replace('<', "\\u003c");
    format!("<script type=\"application/json\" {attribute}>{json}</script>\n")
}

fn summary<'r>(
    suite: &'r str,
    scenario: &'r ScenarioReport,
    other: Option<&'r ScenarioReport>,
) -> Summary<'r> {
    let before_teardown = scenario.marks.iter().filter(|mark| mark.name != "final");
    Summary {
        suite,
        name: &scenario.name,
        module: &scenario.module,
        verdict: scenario.verdict,
        headline: in_one_sentence(scenario),
        live: before_teardown.map(|mark| mark.live.bytes).collect(),
        metrics: metrics(scenario, other),
        packed: packed(scenario, other),
    }
}

/// What is wrong; nothing, where nothing is.
fn in_one_sentence(scenario: &ScenarioReport) -> String {
    match (&scenario.fault, scenario.verdict) {
        (Some(fault), _) => fault.headline.clone(),
        (None, Verdict::Pass) => String::new(),
        (None, _) => failure::in_one_sentence(scenario),
    }
}

fn metrics<'r>(
    scenario: &'r ScenarioReport,
    other: Option<&'r ScenarioReport>,
) -> BTreeMap<&'r str, Metric<'r>> {
    let in_other = |name: &str| {
        let metric = other?.metrics.iter().find(|metric| metric.name == name)?;
        Some(metric.value)
    };
    let shown = scenario
        .metrics
        .iter()
        .filter(|metric| COLUMNS.contains(&metric.name.as_str()));
    shown
        .map(|metric| {
            let is_broken = metric.bounds.iter().any(|bound| !bound.holds);
            let row = Metric(
                metric.value,
                &metric.unit,
                is_broken,
                in_other(&metric.name),
            );
            (metric.name.as_str(), row)
        })
        .collect()
}

fn packed(report: &ScenarioReport, other: Option<&ScenarioReport>) -> String {
    let mut places = Places::default();
    let data = Packed {
        report: scenario(report, &mut places),
        pairs: other.map_or(Vec::new(), |other| pairs(&report.sites, &other.sites)),
        other: other.map(|other| scenario(other, &mut places)),
        places: places.rows,
    };
    let json = serde_json::to_vec(&data).expect("a report is a JSON value");
    // Without a time and a file's name, so that it is the same for the same data.
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    let packed = packer.write_all(&json).and_then(|()| packer.finish());
    BASE64_STANDARD.encode(packed.expect("memory can be written to"))
}

fn scenario<'r>(report: &'r ScenarioReport, places: &mut Places<'r>) -> Scenario<'r> {
    let mut sited = |site| self::site(report, site, places);
    Scenario {
        module: &report.module,
        verdict: report.verdict,
        fault: &report.fault,
        order: &report.order,
        metrics: &report.metrics,
        probes: &report.probes,
        allowances: &report.allowances,
        marks: &report.marks,
        peak: report.peak,
        peak_time_ns: report.peak_time,
        sites: report.sites.iter().map(&mut sited).collect(),
        surveys: &report.surveys,
        snapshot: &report.snapshot,
        numbers: &report.numbers,
        wrong_frees: &report.wrong_frees,
        notes: &report.notes,
        events: report.events,
        unknown_frees: report.unknown_frees,
        unseen_frees: report.unseen_frees,
        contexts: report.contexts,
        folded_allocations: report.folded_allocations,
    }
}

fn site<'r>(
    scenario: &'r ScenarioReport,
    site: &'r SiteReport,
    places: &mut Places<'r>,
) -> Site<'r> {
    let stack = site.stack.iter();
    Site {
        frames: stack.map(|place| places.number(place)).collect(),
        figures: Weight::ALL.map(|weight| {
            let figure = weight.of(scenario, site);
            (figure.bytes, figure.blocks)
        }),
        folded: site.folded,
        survivors: &site.survivors,
        surveys: &site.surveys,
        levels: &site.levels,
        class: &site.class,
    }
}

/// Places by number, in the order in which they are met.
#[derive(Default)]
struct Places<'r> {
    numbers: BTreeMap<&'r Place, usize>,
    rows: Vec<PlaceRow<'r>>,
}

impl<'r> Places<'r> {
    fn number(&mut self, place: &'r Place) -> usize {
        let Places { numbers, rows } = self;
        *numbers.entry(place).or_insert_with(|| {
            let short = Some(short_name(&place.function));
            rows.push(PlaceRow(
                &place.function,
                short.filter(|short| *short != place.function),
                place.file.as_deref(),
                place.line,
                place.inlined,
                place.library,
            ));
            rows.len() - 1
        })
    }
}
