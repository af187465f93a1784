//! The forms that people's tools read, a file each, and which of them holds what.

mod bencher;
mod benchmark_action;
mod dhat;
mod file_names;
mod folded;
mod pprof;
mod profile;
mod sarif;
mod speedscope;
mod svg;
mod text;

use std::str::FromStr;

pub use self::file_names::file_names;
use super::html;
use super::value::{Report, ScenarioReport, SuiteReport};
use super::weight::Weight;

/// A form that a report takes for a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The page for people, `report.html`.
    Html,
    /// `report.json` itself.
    Json,
    /// DHAT's own, for valgrind's `dh_view.html`.
    Dhat,
    /// A heap profile for pprof.
    Pprof,
    /// For speedscope.
    Speedscope,
    /// Folded stacks, for flame graph tools.
    Folded,
    /// A flame graph.
    Svg,
    /// For code scanning.
    Sarif,
    /// Bencher's metric format.
    Bencher,
    /// github-action-benchmark's `customSmallerIsBetter`.
    BenchmarkAction,
}

/// A report cannot take that form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The form holds one scenario, and there is not one.
    #[error("{} holds one scenario, and the report has {}", .format.name(), .scenarios)]
    NotOne {
        /// The form.
        format: Format,
        /// How many there are.
        scenarios: usize,
    },
    /// The form draws what sites weigh, and none weighs anything.
    #[error("no site of {scenario} weighs anything by {}, which is {}", .weight.name(), .weight.words())]
    WeighsNothing {
        /// Its name.
        scenario: String,
        /// By what sites were to be weighed.
        weight: Weight,
    },
    /// The gate broke before anything was measured.
    #[error("nothing was measured of {scenario}: {headline}")]
    NotMeasured {
        /// Its name.
        scenario: String,
        /// What happened.
        headline: String,
    },
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 10] = [
        Format::Html,
        Format::Json,
        Format::Dhat,
        Format::Pprof,
        Format::Speedscope,
        Format::Folded,
        Format::Svg,
        Format::Sarif,
        Format::Bencher,
        Format::BenchmarkAction,
    ];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Json => "json",
            Format::Dhat => "dhat",
            Format::Pprof => "pprof",
            Format::Speedscope => "speedscope",
            Format::Folded => "folded",
            Format::Svg => "svg",
            Format::Sarif => "sarif",
            Format::Bencher => "bencher",
            Format::BenchmarkAction => "benchmark-action",
        }
    }

    /// What reads it.
    pub fn words(self) -> &'static str {
        match self {
            Format::Html => "a page for people",
            Format::Json => "report.json itself, for programs of your own",
            Format::Dhat => "DHAT's JSON, for valgrind's dh_view.html",
            Format::Pprof => "a heap profile, for pprof",
            Format::Speedscope => "for speedscope.app",
            Format::Folded => "folded stacks, for flame graph tools",
            Format::Svg => "a flame graph, for browsers",
            Format::Sarif => "SARIF 2.1.0, for code scanning",
            Format::Bencher => "Bencher Metric Format (--adapter json)",
            Format::BenchmarkAction => "customSmallerIsBetter, for github-action-benchmark",
        }
    }

    /// How names of its files end, with the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Html => ".html",
            Format::Json => ".json",
            Format::Dhat => ".dhat.json",
            Format::Pprof => ".pb.gz",
            Format::Speedscope => ".speedscope.json",
            Format::Folded => ".folded",
            Format::Svg => ".svg",
            Format::Sarif => ".sarif",
            Format::Bencher => ".bencher.json",
            Format::BenchmarkAction => ".benchmark.json",
        }
    }

    /// Whether it holds all scenarios of a report, and not just one.
    pub fn holds_several(self) -> bool {
        !matches!(self, Format::Dhat | Format::Folded | Format::Svg)
    }

    /// Whether a terminal cannot show it.
    pub fn is_binary(self) -> bool {
        self == Format::Pprof
    }

    /// Whether sites have one figure in it, which is the weight.
    pub fn is_weighed(self) -> bool {
        matches!(
            self,
            Format::Pprof | Format::Speedscope | Format::Folded | Format::Svg
        )
    }

    /// Whether another run may stand beside it.
    pub fn is_compared(self) -> bool {
        self == Format::Html
    }

    /// The report in that form: the same bytes for the same report. `weight` tells by which figure sites are weighed, where
    /// the form [has one](Format::is_weighed); `against` is another run to stand beside it, where the form [takes
    /// one](Format::is_compared).
    ///
    /// # Errors
    ///
    /// When the form holds one scenario and there are more, or none; when there is nothing to show.
    pub fn render(
        self,
        report: &Report,
        weight: Weight,
        against: Option<&Report>,
    ) -> Result<Vec<u8>, FormatError> {
        match self {
            Format::Html => Ok(html::page(report, against).into_bytes()),
            Format::Json => Ok(report.to_json()),
            Format::Dhat => Ok(dhat::render(&self.one(report)?)),
            Format::Pprof => Ok(pprof::render(report, weight)),
            Format::Speedscope => Ok(speedscope::render(report, weight)),
            Format::Folded => Ok(folded::render(&self.one(report)?, weight)),
            Format::Svg => svg::render(&self.one(report)?, weight),
            Format::Sarif => Ok(sarif::render(report)),
            Format::Bencher => Ok(bencher::render(report)),
            Format::BenchmarkAction => Ok(benchmark_action::render(report)),
        }
    }

    /// The one scenario of a report, which must have been measured.
    fn one(self, report: &Report) -> Result<Told<'_>, FormatError> {
        let mut told = report.told();
        match (told.next(), told.count()) {
            (Some(told), 0) => told.measured(),
            (first, rest) => Err(FormatError::NotOne {
                format: self,
                scenarios: usize::from(first.is_some()) + rest,
            }),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let named = Format::ALL.into_iter().find(|format| format.name() == name);
        named.ok_or_else(|| {
            let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            format!("reports take the forms {}", names.join(", "))
        })
    }
}

/// A scenario with the name that trials have.
struct Told<'r> {
    /// `suite::scenario`
    name: String,
    scenario: &'r ScenarioReport,
}

impl<'r> Told<'r> {
    fn measured(self) -> Result<Told<'r>, FormatError> {
        match &self.scenario.fault {
            Some(fault) if self.scenario.sites.is_empty() => Err(FormatError::NotMeasured {
                headline: fault.headline.clone(),
                scenario: self.name,
            }),
            _ => Ok(self),
        }
    }
}

impl Report {
    /// The names of its scenarios, as trials have them: `suite::scenario`.
    pub fn scenario_names(&self) -> Vec<String> {
        self.told().map(|told| told.name).collect()
    }

    /// The report of one scenario alone, by its name as a trial; none where there is none of that name.
    pub fn only(&self, name: &str) -> Option<Report> {
        self.suites.iter().find_map(|suite| {
            let is_named = |scenario: &&ScenarioReport| trial_name(suite, scenario) == name;
            let scenario = suite.scenarios.iter().find(is_named)?;
            Some(Report {
                version: self.version,
                suites: vec![SuiteReport {
                    name: suite.name.clone(),
                    error: suite.error.clone(),
                    scenarios: vec![scenario.clone()],
                }],
            })
        })
    }

    fn told(&self) -> impl Iterator<Item = Told<'_>> {
        self.suites.iter().flat_map(|suite| {
            suite.scenarios.iter().map(|scenario| Told {
                name: trial_name(suite, scenario),
                scenario,
            })
        })
    }
}

fn trial_name(suite: &SuiteReport, scenario: &ScenarioReport) -> String {
    format!("{}::{}", suite.name, scenario.name)
}

#[cfg(test)]
mod tests;
