//! Trials on several machines, a process each, and the one report that they leave.

use std::fs;

use crate::project::{BROKEN, PASS, Project, Run, suite};

/// A run of eleven trials, one of which is a suite that cannot be read.
fn project() -> Project {
    let names: Vec<String> = (1..=8).map(|number| format!("s{number}")).collect();
    let scenarios: Vec<(&str, u32)> = names.iter().map(String::as_str).zip(1..).collect();
    let (many, two) = (suite("a", &scenarios), suite("b", &[("x", 1), ("y", 2)]));
    let project = Project::new(
        &[("many", &many), ("two", &two), ("broken", "module: 7")],
        &[("a", 100), ("b", 200)],
    );
    project.accept();
    project
}

impl Project {
    /// Runs every `count`th trial from `first` on as nextest does: a process each, several beside each other, one run.
    fn run_shard(&self, target: &str, first: usize, count: usize) {
        let run = [("NEXTEST_RUN_ID", target)];
        let trials = self.trials();
        let dealt: Vec<&String> = trials.iter().skip(first).step_by(count).collect();
        for beside in dealt.chunks(3) {
            let start = |name: &&String| {
                let arguments = ["test", "--", "--nocapture", "--exact", name];
                let mut command = self.command(target, &arguments, &run);
                command.stdout(std::process::Stdio::null());
                command.spawn().expect("the command can be run")
            };
            let started: Vec<_> = beside.iter().map(start).collect();
            for mut process in started {
                process.wait().expect("it ends");
            }
        }
    }

    fn merge(&self, runs: &[&str], output: &str) -> Run {
        let mut arguments = vec!["report", "merge"];
        arguments.extend(runs);
        arguments.extend(["-o", output]);
        self.memgate("target", &arguments, &[])
    }
}

#[test]
fn shards_leave_what_one_machine_leaves() {
    let project = project();
    project.memgate("target", &["test"], &[]);
    let whole = project.report("target");
    for count in [1, 2, 7, 13] {
        let shard = |number: usize| format!("of-{count}/{number}");
        for number in 0..count {
            project.run_shard(&shard(number), number, count);
        }
        // A shard in which nothing ran leaves nothing.
        let reports = (0..count).map(|number| format!("{}/memgate", shard(number)));
        let mut reports: Vec<String> = reports
            .filter(|report| project.path(report).join("report.json").exists())
            .collect();
        assert_eq!(reports.len(), count.min(11));
        for output in ["merged.json", "merged"] {
            let runs: Vec<&str> = reports.iter().map(String::as_str).collect();
            let merged = project.merge(&runs, output);
            assert_eq!(merged.code, PASS, "{}", merged.err);
            let path = match output {
                "merged" => "merged/report.json",
                file => file,
            };
            let text = fs::read_to_string(project.path(path)).expect("it was written");
            assert!(text == whole, "{count} shards in {output}");
            reports.reverse();
        }
    }
}

/// What cannot be merged is told, and nothing is written.
#[track_caller]
fn check(project: &Project, runs: &[&str], expected: &str) {
    let merged = project.merge(runs, "merged.json");
    assert_eq!(merged.code, BROKEN, "{}", merged.out);
    let told = merged.err.lines().next().unwrap_or_default();
    assert_eq!(told, expected);
    assert!(merged.err.lines().count() > 1, "and what to do");
    assert!(!project.path("merged.json").exists());
}

#[test]
fn reports_that_are_not_of_one_run_are_refused() {
    let project = project();
    project.memgate("target", &["test"], &[]);
    let report = project.report("target");
    project.write("truncated.json", &report.as_bytes()[..1000]);
    let other = report.replacen("\"version\": 1", "\"version\": 999", 1);
    project.write("other.json", other.as_bytes());
    let differs = report.replacen("\"events\": ", "\"events\": 1", 1);
    project.write("differs.json", differs.as_bytes());
    project.write("no.json", b"{\"benchmarks\": []}");
    let first = "target/memgate";
    check(
        &project,
        &[first, "truncated.json"],
        "error: the report truncated.json is cut off after 1000 bytes",
    );
    check(
        &project,
        &["other.json", first],
        "error: the report other.json is of version 999, and this memgate reads version 1",
    );
    check(
        &project,
        &[first, "differs.json"],
        "error: the scenario many::s1 differs in two reports: target/memgate and differs.json",
    );
    check(
        &project,
        &[first, "no.json"],
        "error: no.json is no report of memgate: missing field `version` at line 1 column 18",
    );
    let missing = project.merge(&[first, "nowhere"], "merged.json");
    assert_eq!(missing.code, BROKEN);
    assert!(missing.err.contains("failed to read the report nowhere"));
    let equal = project.merge(&[first, "target/memgate/report.json"], "merged.json");
    assert_eq!(equal.code, PASS, "{}", equal.err);
    let nothing = project.merge(&[], "merged.json");
    assert_eq!(nothing.code, BROKEN, "wrong usage");
}

/// A thousand processes of one run must not write a report of a thousand scenarios a thousand times.
#[test]
fn two_runs_at_once_do_not_mix() {
    let project = project();
    project.memgate("target", &["test"], &[]);
    let whole = project.report("target");
    let trials = project.trials();
    let runs: Vec<_> = trials
        .iter()
        .flat_map(|name| {
            ["one", "other"].map(|run| {
                let arguments = ["test", "--", "--exact", name];
                let variables = [("NEXTEST_RUN_ID", run)];
                let mut command = project.command("both", &arguments, &variables);
                command.stdout(std::process::Stdio::null());
                command.spawn().expect("the command can be run")
            })
        })
        .collect();
    for mut process in runs {
        process.wait().expect("it ends");
    }
    assert!(project.report("both") == whole);
}
