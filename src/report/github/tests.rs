//! Pages of reports that nobody meant well.

use std::collections::BTreeMap;

use super::*;
use crate::judge::Verdict;
use crate::report::value::{Counted, Fault, Place, Report, ScenarioReport, SuiteReport, VERSION};
use crate::report::{FaultKind, SnapshotChange, without_figures};

/// Markdown, HTML, links, mentions and workflow commands, as they could stand in a name.
const HOSTILE: &str = "x`|<img src=x onerror=alert(1)>](javascript:a)[b](https://evil.example)@octocat #1 www.evil.example\n::stop-commands::t\r\n::error::forged\n``````\n# forged\n</details><!-- memgate gate=memgate -->\u{1b}[2J\u{202e}";

fn fault(words: &str) -> Fault {
    Fault {
        kind: FaultKind::Trap,
        headline: format!("the gate broke: {words}"),
        cause: words.into(),
        advice: Some(words.into()),
        stack: vec![Place {
            function: words.into(),
            file: Some(words.into()),
            line: Some(1),
            inlined: false,
            library: false,
        }],
        stderr: words.into(),
    }
}

fn changed(name: &str, diff: &str) -> ScenarioReport {
    let scenario = ScenarioReport {
        fault: None,
        verdict: Verdict::Pass,
        ..without_figures(name, "a.wasm", fault(""))
    };
    scenario.with_snapshot_change(SnapshotChange {
        is_new: false,
        diff: diff.into(),
    })
}

fn suite(name: &str, scenarios: Vec<ScenarioReport>) -> SuiteReport {
    SuiteReport {
        name: name.into(),
        error: None,
        scenarios,
    }
}

fn report(suites: Vec<SuiteReport>) -> Report {
    Report {
        version: VERSION,
        suites,
    }
}

fn about() -> About {
    About {
        gate: "memgate".into(),
        again: None,
        run: Some(Run {
            id: "1".into(),
            url: "https://github.com/me/app/actions/runs/1".into(),
            repository: "me/app".into(),
            artifact: "memgate".into(),
        }),
        commit: Some("0123456789abcdef".into()),
    }
}

fn hostile() -> Report {
    let mut broken = suite(HOSTILE, Vec::new());
    broken.error = Some(HOSTILE.into());
    let mut peak = changed(HOSTILE, HOSTILE);
    peak.notes.push(HOSTILE.into());
    peak.peak = Counted {
        bytes: 1,
        blocks: 1,
    };
    let scenarios = vec![peak, without_figures("fault", HOSTILE, fault(HOSTILE))];
    report(vec![broken, suite("b", scenarios)])
}

#[test]
fn hostile_names_mean_nothing() {
    let report = hostile();
    let ground = Ground::default();
    let page = summary(&report, None, &about(), &ground, LONGEST_SUMMARY);
    insta::assert_snapshot!("hostile-summary", page);
    let marker: Marker = "memgate".parse().expect("it is a name");
    let body = comment(&report, None, &about(), &ground, &marker);
    assert_eq!(Marker::of(&body), Some(marker));
    let commands: Vec<String> = annotations(&report, &ground)
        .iter()
        .map(Annotation::to_string)
        .collect();
    insta::assert_snapshot!("hostile-annotations", commands.join("\n"));
    let forged = |line: &str| line.starts_with("::") && !line.starts_with("::error ");
    assert!(!commands.iter().flat_map(|it| it.lines()).any(forged));
}

/// What is in blocks of code is what it is; all else is looked at for what GitHub would make more of.
#[test]
fn nothing_hostile_is_outside_of_code() {
    let page = summary(
        &hostile(),
        None,
        &about(),
        &Ground::default(),
        LONGEST_SUMMARY,
    );
    let mut fence: Option<String> = None;
    let mut prose = String::new();
    for line in page.lines() {
        let ticks: String = line.chars().take_while(|it| *it == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => prose.push_str(&format!("{line}\n")),
        }
    }
    assert_eq!(fence, None, "every block ends");
    for forbidden in [
        "<img",
        "@octocat",
        "\n# forged",
        "](javascript",
        "://evil",
        "<!--",
        "\n::",
    ] {
        let outside = without_code(&prose.replace("\\`", "").replace("\\]", ""));
        assert!(!outside.contains(forbidden), "{forbidden} in\n{outside}");
    }
}

/// The text without its spans of code, which end with as many backticks as they begin with.
fn without_code(prose: &str) -> String {
    let mut outside = String::new();
    let mut rest = prose;
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let run = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inside = &rest[start + run..];
        let fence = "`".repeat(run);
        let end = inside
            .match_indices(&fence)
            .map(|(at, _)| at)
            .find(|at| !inside[at + run..].starts_with('`') && !inside[..*at].ends_with('`'))
            .expect("every span ends");
        rest = &inside[end + run..];
    }
    outside + rest
}

#[test]
fn pages_have_an_end() {
    let long = "ß`".repeat(5000);
    let scenario = |number: usize| {
        changed(
            &format!("{long}{number}"),
            &format!("+{long}\n").repeat(500),
        )
    };
    let scenarios: Vec<ScenarioReport> = (0..400).map(scenario).collect();
    let report = report(vec![suite("a", scenarios)]);
    let ground = Ground::new(Vec::new(), BTreeMap::new());
    let page = summary(&report, None, &about(), &ground, LONGEST_SUMMARY);
    assert!(page.len() <= LONGEST_SUMMARY, "{}", page.len());
    assert!(page.contains("The run, its log and its artifacts"));
    let marker = "memgate".parse().expect("it is a name");
    let body = comment(&report, None, &about(), &ground, &marker);
    assert!(body.len() <= 64 * 1024, "{}", body.len());
    assert!(
        body.contains("more are red and have no room here"),
        "{body}"
    );
    assert!(body.contains("The run, its log and its artifacts"));
    assert_eq!(annotations(&report, &ground).len(), 10);
    // The summary may have been written to before.
    let little = summary(&report, None, &about(), &ground, 9000);
    assert!(
        little.len() <= 9000 && little.contains(" more are red"),
        "{little}"
    );
    assert!(summary(&report, None, &about(), &ground, 0).is_empty());
}

/// Scenarios that cannot be run for one reason tell it once, so that others are heard.
#[test]
fn one_cause_takes_one_annotation() {
    let broken =
        |number: usize| without_figures(&format!("s{number}"), "a.wasm", fault("no module"));
    let mut scenarios: Vec<ScenarioReport> = (0..30).map(broken).collect();
    scenarios.push(changed("other", "+1\n"));
    let report = report(vec![suite("a", scenarios)]);
    let annotations = annotations(&report, &Ground::default());
    let titles: Vec<&str> = annotations.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "a::s0: the gate broke: no module",
            "a::other allocates at other sites, or in other amounts, than were accepted"
        ]
    );
}

/// What leaked in a scenario that is gone would leak on, unseen.
#[test]
fn a_scenario_that_is_gone_is_told() {
    let scenarios = |names: &[&str]| names.iter().map(|name| changed(name, "")).collect();
    let base = report(vec![
        suite("a", scenarios(&["kept", "gone"])),
        suite("broken", scenarios(&["unknown"])),
    ]);
    let mut broken = suite("broken", Vec::new());
    broken.error = Some("no scenarios".into());
    let head = report(vec![suite("a", scenarios(&["kept"])), broken]);
    let page = |head, base| summary(head, base, &about(), &Ground::default(), LONGEST_SUMMARY);
    let told = page(&head, Some(&base));
    assert!(
        told.contains("In the base, and not run here: `a::gone`."),
        "{told}"
    );
    let same = page(&base, Some(&base));
    assert!(same.contains("No figure differs from the base."), "{same}");
}
