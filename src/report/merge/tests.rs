use super::*;
use crate::judge::Verdict;
use crate::report::{Fault, without_figures};

fn scenario(name: &str) -> ScenarioReport {
    let fault = Fault {
        kind: crate::report::FaultKind::Trap,
        headline: format!("the gate broke: {name}"),
        cause: String::new(),
        advice: None,
        stack: Vec::new(),
        stderr: String::new(),
    };
    without_figures(name, "a.wasm", fault)
}

fn suite(name: &str, scenarios: &[&str]) -> SuiteReport {
    SuiteReport {
        name: name.into(),
        error: scenarios.is_empty().then(|| "it is broken".to_owned()),
        scenarios: scenarios.iter().map(|name| scenario(name)).collect(),
    }
}

/// A run of three suites, one of which cannot be read.
fn run() -> Report {
    let names: Vec<String> = (0..11).map(|number| format!("s{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    sorted(vec![
        suite("b", &names),
        suite("a", &["only"]),
        suite("broken", &[]),
    ])
}

/// The run in so many shards, its trials dealt out as `slice:1/COUNT` does.
fn shards(count: usize) -> Vec<(PathBuf, Report)> {
    let trials = run().suites.into_iter().flat_map(|suite| {
        let trial = |scenario: Option<ScenarioReport>| SuiteReport {
            scenarios: scenario.into_iter().collect(),
            ..suite.clone()
        };
        match suite.scenarios.is_empty() {
            true => vec![trial(None)],
            false => suite
                .scenarios
                .iter()
                .map(|scenario| trial(Some(scenario.clone())))
                .collect(),
        }
    });
    let mut shards = vec![Vec::new(); count];
    for (number, trial) in trials.enumerate() {
        shards[number % count].push(trial);
    }
    let report = |(number, suites)| {
        let path = PathBuf::from(format!("{number}/report.json"));
        let version = VERSION;
        (path, Report { version, suites })
    };
    shards.into_iter().enumerate().map(report).collect()
}

#[test]
fn shards_become_the_whole_run() {
    let whole = run().to_json();
    for count in [1, 2, 7, 40] {
        let mut shards = shards(count);
        for _ in 0..count {
            let merged = merge(shards.clone()).expect("they are of one run");
            assert!(merged.to_json() == whole, "{count} shards");
            shards.rotate_left(1);
        }
        shards.reverse();
        let merged = merge(shards).expect("they are of one run");
        assert!(merged.to_json() == whole, "{count} shards, reversed");
    }
}

#[test]
fn what_is_there_twice_and_equal_is_there_once() {
    let twice = [shards(2), shards(3)].concat();
    let merged = merge(twice).expect("they are of one run");
    assert_eq!(merged, run());
}

#[track_caller]
fn check(change: impl FnOnce(&mut Report), expected: &str) {
    let mut reports = vec![
        (PathBuf::from("1/report.json"), run()),
        (PathBuf::from("2/report.json"), run()),
    ];
    change(&mut reports[1].1);
    let error = merge(reports).expect_err("they differ");
    let text = error.to_string();
    let told: Vec<&str> = text.lines().take(2).collect();
    assert_eq!(told.join("\n"), expected);
}

#[test]
fn what_differs_is_named() {
    check(
        |report| {
            let scenario = &mut report.suites[1].scenarios[3];
            scenario.verdict = Verdict::Pass;
            scenario.events = 7;
        },
        "the scenario b::s2 differs in two reports: 1/report.json and 2/report.json\n\
         what is different: events, verdict",
    );
    check(
        |report| report.suites[0].error = Some("it is no mapping".into()),
        "the suite a differs in two reports: 1/report.json and 2/report.json\n\
         it could not be read in the second one",
    );
    check(
        |report| report.suites[2].error = None,
        "the suite broken differs in two reports: 1/report.json and 2/report.json\n\
         it could not be read in the first one",
    );
}

/// Names are somebody else's, and errors go to a terminal.
#[test]
fn names_do_not_speak_to_the_terminal() {
    let hostile = |events| {
        let mut suite = suite("a", &["\x1b[2Jover"]);
        suite.scenarios[0].events = events;
        let report = sorted(vec![suite]);
        (PathBuf::from("report.json"), report)
    };
    let error = merge(vec![hostile(1), hostile(2)]).expect_err("they differ");
    assert!(error.to_string().contains("a::\u{fffd}[2Jover"), "{error}");
}
