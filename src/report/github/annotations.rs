//! The lines at which a pull request is told what is wrong.

use super::ground::{Ground, SuiteFile};
use super::trials::{Trial, What, trials};
use super::workflow::Annotation;
use crate::judge::Verdict;
use crate::module::{printable, printable_lines};
use crate::report::failure::worst_sites;
use crate::report::names::{own_frames, short_name};
use crate::report::value::{Report, ScenarioReport};

/// GitHub shows that many of a step, and drops the rest without a word.
const MOST: usize = 10;

/// Lines of one scenario that are told.
const SITES: usize = 3;

/// At most ten, worst first: the worst line of every scenario before the second of any.
pub fn annotations(report: &Report, ground: &Ground) -> Vec<Annotation> {
    let trials = trials(report);
    let red: Vec<&Trial> = trials
        .iter()
        .filter(|trial| trial.verdict() != Verdict::Pass)
        .collect();
    let told: Vec<Vec<Told>> = red.iter().map(|trial| of_trial(trial, ground)).collect();
    let rounds = told.iter().map(Vec::len).max().unwrap_or(0);
    let in_turn = (0..rounds).flat_map(|round| told.iter().filter_map(move |of| of.get(round)));
    let mut first: Vec<&Told> = Vec::new();
    for one in in_turn {
        if first.len() < MOST && !first.iter().any(|it| it.same == one.same) {
            first.push(one);
        }
    }
    first
        .into_iter()
        .map(|told| told.annotation.clone())
        .collect()
}

/// The gate ended without a report.
pub fn of_broken_gate(cause: &str) -> Annotation {
    Annotation {
        file: None,
        line: None,
        title: "memgate: the gate broke".into(),
        message: format!("{cause}\nThis says nothing about leaks: no verdict was reached."),
    }
}

/// An annotation, and what it has in common with others that need not be told beside it.
struct Told {
    same: Same,
    annotation: Annotation,
}

#[derive(PartialEq, Eq)]
enum Same {
    /// Several scenarios that allocate at one line.
    Line(String, u32),
    /// Several scenarios that break for one reason, such as a module that cannot be built.
    Cause(String),
    /// It is the only one.
    Title(String, String),
}

fn of_trial(trial: &Trial, ground: &Ground) -> Vec<Told> {
    let suite = ground.suite(trial.suite);
    match trial.what {
        What::BrokenSuite(error) => of_suite(trial, error, suite),
        What::Scenario(report) => {
            let lines = of_sites(trial, report, ground);
            match lines.is_empty() {
                true => vec![of_scenario(trial, report, suite)],
                false => lines,
            }
        }
    }
}

/// All that is wrong in the suite's file, where that is known.
fn of_suite(trial: &Trial, error: &str, suite: Option<&SuiteFile>) -> Vec<Told> {
    let told = |line, message: &str| {
        let annotation = Annotation {
            file: suite.map(|suite| suite.file.clone()),
            line,
            title: title(trial),
            message: printable_lines(message),
        };
        Told {
            same: Same::Title(format!("{}:{line:?}", trial.name), message.to_string()),
            annotation,
        }
    };
    let mistakes = suite.map_or(&[][..], |suite| &suite.mistakes);
    match mistakes.is_empty() {
        true => vec![told(None, error)],
        false => mistakes
            .iter()
            .map(|mistake| told(mistake.line, &mistake.message))
            .collect(),
    }
}

/// The lines that allocate what should not be there.
fn of_sites(trial: &Trial, report: &ScenarioReport, ground: &Ground) -> Vec<Told> {
    if report.fault.is_some() {
        return Vec::new();
    }
    let mut lines: Vec<Told> = Vec::new();
    for site in worst_sites(report) {
        let Some((file, line)) = ground.line_of(site.stack) else {
            continue;
        };
        // Calling contexts that end at one line are one place to a reader; the worst of them speaks.
        let same = Same::Line(file.to_string(), line);
        if lines.len() == SITES || lines.iter().any(|told| told.same == same) {
            continue;
        }
        let top = own_frames(site.stack).into_iter().next();
        let function = top.map(|place| short_name(&place.function));
        let words: Vec<String> = function.into_iter().chain(site.words).collect();
        let annotation = Annotation {
            file: Some(file.to_string()),
            line: Some(line),
            title: title(trial),
            message: printable_lines(&words.join("\n")),
        };
        lines.push(Told { same, annotation });
    }
    lines
}

/// What is about no line of the sources is told where the suite has the scenario.
fn of_scenario(trial: &Trial, report: &ScenarioReport, suite: Option<&SuiteFile>) -> Told {
    let mut words: Vec<&str> = Vec::new();
    let mut same = Same::Title(trial.name.clone(), String::new());
    if let Some(fault) = &report.fault {
        words.extend([&fault.cause, fault.advice.as_deref().unwrap_or_default()]);
        words.push("This says nothing about leaks: no verdict was reached.");
        same = Same::Cause(format!(
            "{}: {}\n{}",
            trial.suite, fault.headline, fault.cause
        ));
    }
    words.retain(|words| !words.is_empty());
    if words.is_empty() {
        words.push("The summary of the run shows what changed, and how to accept it.");
    }
    let annotation = Annotation {
        file: suite.map(|suite| suite.file.clone()),
        line: suite.and_then(|suite| suite.scenarios.get(&report.name).copied()),
        title: title(trial),
        message: printable_lines(&words.join("\n")),
    };
    Told { same, annotation }
}

fn title(trial: &Trial) -> String {
    printable(trial.sentence()).into_owned()
}
