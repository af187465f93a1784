//! SARIF 2.1.0, for code scanning: a rule a metric, a finding a limit that is broken, at the line that allocates most of it.

mod locations;
mod log;

use sha2::{Digest, Sha256};

use self::locations::{code_flow, module, position, related};
use self::log::{
    Driver, Finding, Fingerprints, Invocation, Level, Log, Message, Notification, Rule, Run, Tool,
};
use super::Told;
use super::text::{clean, json};
use crate::module::printable_lines;
use crate::report::failure::behind::{
    broken_allowances, broken_limits, review, sites_behind, sites_of,
};
use crate::report::names::{own_frames, short_name};
use crate::report::value::{Report, SiteReport};

/// Sites beside the one that a finding is at; the rest is in the report.
const RELATED: usize = 5;

/// Rules that are no metrics.
const ALLOWANCE: &str = "allowance";
const REVIEW: &str = "accepted";

pub(super) fn render(report: &Report) -> Vec<u8> {
    let mut findings = Findings::default();
    report.told().for_each(|told| findings.scenario(&told));
    let notifications = notifications(report);
    json(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "memgate",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: findings.rules,
                },
            },
            invocations: [Invocation {
                execution_successful: notifications.is_empty(),
                tool_execution_notifications: notifications,
            }],
            column_kind: "unicodeCodePoints",
            results: findings.findings,
        }],
    })
}

/// That the gate broke is said of the gate, and never looks like a finding about the module.
fn notifications(report: &Report) -> Vec<Notification> {
    let suites = report.suites.iter().filter_map(|suite| {
        let error = suite.error.as_ref()?;
        Some(format!("{}: the suite cannot be read\n{error}", suite.name))
    });
    let scenarios = report.told().filter_map(|told| {
        let fault = told.scenario.fault.as_ref()?;
        Some(format!(
            "{}: {}\n{}",
            told.name, fault.headline, fault.cause
        ))
    });
    let notification = |text: String| Notification {
        level: Level::Error,
        message: Message {
            text: printable_lines(&text),
        },
    };
    suites.chain(scenarios).map(notification).collect()
}

#[derive(Default)]
struct Findings {
    rules: Vec<Rule>,
    findings: Vec<Finding>,
}

impl Findings {
    fn scenario(&mut self, told: &Told<'_>) {
        let scenario = told.scenario;
        if scenario.fault.is_some() {
            return;
        }
        for (metric, bound, sentence) in broken_limits(scenario) {
            let rule = self.rule(
                &metric.name,
                &format!("A limit on {} is broken", metric.name),
            );
            let sites = sites_behind(scenario, metric);
            self.add(
                told,
                rule,
                Level::Error,
                &sentence,
                &bound.comparison,
                &sites,
            );
        }
        for (allowance, sentence) in broken_allowances(scenario) {
            let rule = self.rule(ALLOWANCE, "An allowance does not hold");
            let sites = sites_of(scenario, allowance);
            self.add(told, rule, Level::Error, &sentence, &allowance.site, &sites);
        }
        if let Some(sentence) = review(scenario) {
            let rule = self.rule(REVIEW, "What was accepted is not what was seen");
            self.add(told, rule, Level::Warning, sentence, "", &[]);
        }
    }

    /// Its place among the rules.
    fn rule(&mut self, id: &str, words: &str) -> usize {
        if let Some(known) = self.rules.iter().position(|rule| rule.id == clean(id)) {
            return known;
        }
        self.rules.push(Rule {
            id: clean(id),
            short_description: Message { text: clean(words) },
            help_uri: "https://memgate.github.io/memgate/reference/metrics.html".to_string(),
        });
        self.rules.len() - 1
    }

    /// `sites` are those that have to do with it, worst first; `mark` tells findings of one rule and scenario apart.
    fn add(
        &mut self,
        told: &Told<'_>,
        rule: usize,
        level: Level,
        sentence: &str,
        mark: &str,
        sites: &[&SiteReport],
    ) {
        let rule_id = self.rules[rule].id.clone();
        let worst = sites.first().copied();
        let text = format!(
            "{} {sentence}{}",
            told.name,
            worst.map(above_all).unwrap_or_default()
        );
        let fingerprint = fingerprint(&rule_id, &told.name, mark, worst);
        let position = worst.and_then(position);
        self.findings.push(Finding {
            rule_id,
            rule_index: rule,
            level,
            message: Message { text: clean(&text) },
            locations: [position.unwrap_or_else(|| module(told))],
            related_locations: sites
                .iter()
                .skip(1)
                .take(RELATED)
                .enumerate()
                .filter_map(related)
                .collect(),
            code_flows: worst.and_then(code_flow).into_iter().collect(),
            partial_fingerprints: Fingerprints {
                primary: format!("{fingerprint}:1"),
                own: fingerprint,
            },
        });
    }
}

/// Who has most to do with it, and what its blocks are.
fn above_all(site: &SiteReport) -> String {
    let function = own_frames(&site.stack).into_iter().next();
    let function = function.map(|place| format!(", above all by {}", short_name(&place.function)));
    let class = site.class.as_ref();
    let class = class.map(|class| format!(": {}", class.words));
    function.unwrap_or_default() + &class.unwrap_or_default()
}

/// The same while the functions on the stack are: neither lines nor figures are in it.
fn fingerprint(rule: &str, scenario: &str, mark: &str, site: Option<&SiteReport>) -> String {
    let mut hash = Sha256::new();
    let frames = site.map(|site| own_frames(&site.stack)).unwrap_or_default();
    let functions = frames.iter().map(|place| short_name(&place.function));
    let parts = [rule, scenario, mark].map(str::to_string);
    for part in parts.into_iter().chain(functions) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
