//! A report in parts, a scenario each, as the processes of a run leave them: joined as texts, since reading them would take most
//! of the time.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::value::{Report, ScenarioReport, SuiteReport, VERSION};

/// How deep a scenario lies in a report.
const INDENT: &str = "        ";

/// The line of a suite without scenarios. No text can be taken for it: those of JSON have no line breaks.
const NO_SCENARIOS: &str = "      \"scenarios\": []";

/// A scenario in its suite, or a suite of which nothing else is known.
#[derive(Debug)]
pub(super) struct Part {
    head: Head,
    /// The scenario as it stands in a report.
    text: String,
}

/// The first line of a part.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Without scenarios.
    suite: SuiteReport,
    /// The scenario's name.
    scenario: Option<String>,
}

/// The parts of a report.
pub(super) fn parts(suites: Vec<SuiteReport>) -> Vec<Part> {
    let of_suite = |mut suite: SuiteReport| {
        let scenarios = std::mem::take(&mut suite.scenarios);
        let of_scenario = |scenario: &ScenarioReport| Part {
            head: Head {
                suite: suite.clone(),
                scenario: Some(scenario.name.clone()),
            },
            text: indented(scenario),
        };
        let mut parts: Vec<Part> = scenarios.iter().map(of_scenario).collect();
        if parts.is_empty() {
            let head = Head {
                suite,
                scenario: None,
            };
            let text = String::new();
            parts.push(Part { head, text });
        }
        parts
    };
    suites.into_iter().flat_map(of_suite).collect()
}

fn indented(scenario: &ScenarioReport) -> String {
    let text = serde_json::to_string_pretty(scenario).expect("a report is a JSON value");
    let lines: Vec<String> = text.lines().map(|line| format!("{INDENT}{line}")).collect();
    lines.join("\n")
}

impl Part {
    /// What it is called; no two parts of a report have one name.
    pub(super) fn name(&self) -> (&str, Option<&str>) {
        (&self.head.suite.name, self.head.scenario.as_deref())
    }

    /// As it is kept in a file.
    pub(super) fn text(&self) -> String {
        let head = serde_json::to_string(&self.head).expect("it is a JSON value");
        format!("{head}\n{}", self.text)
    }

    pub(super) fn parse(text: &str) -> io::Result<Part> {
        let (head, text) = text.split_once('\n').unwrap_or((text, ""));
        Ok(Part {
            head: serde_json::from_str(head)?,
            text: text.to_owned(),
        })
    }
}

/// The text of the report that has these parts.
pub(super) fn joined(mut parts: Vec<Part>) -> Vec<u8> {
    parts.sort_by(|one, other| one.name().cmp(&other.name()));
    let mut suites: BTreeMap<&str, SuiteReport> = BTreeMap::new();
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Part { head, text } in &parts {
        let suite = suites
            .entry(&head.suite.name)
            .or_insert_with(|| head.suite.clone());
        suite.error = suite.error.take().or_else(|| head.suite.error.clone());
        let texts = texts.entry(&head.suite.name).or_default();
        texts.extend(head.scenario.is_some().then_some(text.as_str()));
    }
    let frame = Report {
        version: VERSION,
        suites: suites.into_values().collect(),
    };
    filled(&frame.to_json(), texts.into_values())
}

/// A report's text with the scenarios of each suite put into their places.
fn filled<'t>(frame: &[u8], mut suites: impl Iterator<Item = Vec<&'t str>>) -> Vec<u8> {
    let frame = String::from_utf8_lossy(frame);
    let mut bytes = Vec::new();
    for line in frame.lines() {
        let is_place = line.trim_end_matches(',') == NO_SCENARIOS;
        let texts = is_place.then(|| suites.next()).flatten();
        match texts.filter(|texts| !texts.is_empty()) {
            Some(texts) => fill(&mut bytes, line, &texts),
            None => bytes.extend(line.as_bytes()),
        }
        bytes.push(b'\n');
    }
    bytes
}

fn fill(bytes: &mut Vec<u8>, line: &str, texts: &[&str]) {
    let (opened, closed) = line.split_once(']').expect("it is a list");
    bytes.extend(opened.as_bytes());
    for (number, text) in texts.iter().enumerate() {
        bytes.extend(if number == 0 { &b"\n"[..] } else { b",\n" });
        bytes.extend(text.as_bytes());
    }
    let indent = &opened[..opened.len() - opened.trim_start().len()];
    bytes.extend(format!("\n{indent}]{closed}").into_bytes());
}
