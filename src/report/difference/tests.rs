//! Runs as their sites, `function: kept of allocated bytes`, and what is said of two of them.

use super::*;
use crate::judge::Verdict;
use crate::report::value::MarkReport;
use crate::report::{Fault, FaultKind, without_figures};

/// A run that keeps `kept` of `total` bytes at each site, in blocks of ten bytes.
fn run(sites: &[(&str, i64, i64)]) -> ScenarioReport {
    let fault = Fault {
        kind: FaultKind::Trap,
        headline: String::new(),
        cause: String::new(),
        advice: None,
        stack: Vec::new(),
        stderr: String::new(),
    };
    let delta = sites.iter().map(|(_, kept, _)| *kept).sum::<i64>();
    ScenarioReport {
        verdict: Verdict::Pass,
        fault: None,
        metrics: vec![metric("delta", delta as f64), metric("end", 0.0)],
        sites: sites.iter().map(site).collect(),
        ..without_figures("scroll", "feed.wasm", fault)
    }
}

fn metric(name: &str, value: f64) -> MetricReport {
    MetricReport {
        name: name.to_string(),
        value,
        unit: "B".to_string(),
        judged: value,
        bounds: Vec::new(),
    }
}

fn site((stack, kept, total): &(&str, i64, i64)) -> SiteReport {
    let counted = |bytes: i64| Counted {
        bytes,
        blocks: bytes / 10,
    };
    SiteReport {
        stack: stack.split(" < ").map(place).collect(),
        folded: false,
        total: counted(*total),
        at_peak: Counted::default(),
        own_peak: Counted::default(),
        lifetime: None,
        at_baseline: Counted::default(),
        at_idle_start: Counted::default(),
        at_idle_end: counted(*kept),
        at_end: Counted::default(),
        delta: Counted::default(),
        survivors: Vec::new(),
        levels: Vec::new(),
        surveys: Vec::new(),
        class: None,
    }
}

/// `function file:line`; a function of the library begins with `std::`.
fn place(text: &str) -> Place {
    let (function, position) = text.split_once(' ').unwrap_or((text, ""));
    let (file, line) = position.split_once(':').unzip();
    Place {
        function: function.to_string(),
        file: file.map(str::to_string),
        line: line.and_then(|line| line.parse().ok()),
        inlined: false,
        library: function.starts_with("std::"),
    }
}

#[track_caller]
fn check(a: &[(&str, i64, i64)], b: &[(&str, i64, i64)], expected: &[(Change, &str, i64, i64)]) {
    let difference = difference(&run(a), &run(b));
    let said: Vec<(Change, &str, i64, i64)> = difference
        .sites
        .iter()
        .map(|site| {
            let more = site.more();
            let function = site.stack.last().map_or("", |place| &place.function);
            (site.change, function, more.kept.bytes, more.total.bytes)
        })
        .collect();
    assert_eq!(said, expected);
    let kept = |sites: &[(&str, i64, i64)]| sites.iter().map(|(_, kept, _)| kept).sum::<i64>();
    let metrics: Vec<&str> = difference
        .metrics
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(metrics == ["delta"], kept(a) != kept(b));
}

#[test]
fn a_run_does_not_differ_from_itself() {
    check(&[], &[], &[]);
    let sites = [("draw", 10, 50), ("open", 0, 20)];
    check(&sites, &sites, &[]);
    assert!(difference(&run(&sites), &run(&sites)).is_empty());
    assert!(unequal_parts(&run(&sites), &run(&sites)).is_empty());
}

#[test]
fn sites_are_added_grown_shrunk_and_gone_largest_first() {
    check(
        &[("draw", 10, 50), ("open", 100, 100), ("close", 30, 30)],
        &[("draw", 70, 110), ("open", 60, 60), ("load", 500, 500)],
        &[
            (Change::Added, "load", 500, 500),
            (Change::Grown, "draw", 60, 60),
            (Change::Shrunk, "open", -40, -40),
            (Change::Gone, "close", -30, -30),
        ],
    );
}

#[test]
fn what_stays_comes_before_what_passes() {
    check(
        &[("draw", 10, 10), ("load", 0, 10)],
        &[("draw", 20, 10), ("load", 0, 9000)],
        &[
            (Change::Grown, "draw", 10, 0),
            (Change::Grown, "load", 0, 8990),
        ],
    );
}

/// Order, lines, folders and how a library calls itself are the build's own.
#[test]
fn sites_are_those_that_read_the_same() {
    check(
        &[("std::vec < draw /a/draw.c:1", 10, 10), ("open", 0, 10)],
        &[
            ("open", 0, 10),
            ("std::grow < std::vec < draw b/draw.c:7", 20, 20),
        ],
        &[(Change::Grown, "draw", 10, 10)],
    );
    check(
        &[("std::vec < std::main", 10, 10)],
        &[("std::string < std::main", 10, 10)],
        &[
            (Change::Added, "std::main", 10, 10),
            (Change::Gone, "std::main", -10, -10),
        ],
    );
}

/// Of sites that read the same, each has its own counterpart, wherever its line is now.
#[test]
fn lines_tell_sites_apart_by_their_order() {
    let three = [
        ("draw a.c:1", 10, 10),
        ("draw a.c:5", 20, 20),
        ("draw a.c:9", 30, 30),
    ];
    check(
        &three,
        &[
            ("draw a.c:5", 10, 10),
            ("draw a.c:9", 70, 70),
            ("draw a.c:12", 30, 30),
        ],
        &[(Change::Grown, "draw", 50, 50)],
    );
    let four = [
        ("draw a.c:2", 10, 10),
        ("draw a.c:4", 500, 500),
        ("draw a.c:6", 20, 20),
        ("draw a.c:10", 30, 30),
    ];
    check(&three, &four, &[(Change::Added, "draw", 500, 500)]);
    check(&four, &three, &[(Change::Gone, "draw", -500, -500)]);
    let said = difference(&run(&three), &run(&four)).sites;
    assert_eq!(said[0].stack[0].line, Some(4));
}

/// Sites of one line are one.
#[test]
fn columns_tell_no_sites_apart() {
    check(
        &[("draw a.c:1", 10, 10), ("draw a.c:1", 10, 10)],
        &[("draw a.c:3", 20, 20)],
        &[],
    );
}

/// A story without idle time has its last figures in that phase, too.
#[test]
fn what_there_is_not_does_not_differ() {
    let mark = |name: &str, total: i64| MarkReport {
        name: name.to_string(),
        time: 0,
        live: Counted::default(),
        peak: Counted::default(),
        total: Counted {
            bytes: total,
            blocks: 1,
        },
        memory: 0,
        heap_span: 0,
    };
    let with = |peak: f64, idles: i64| ScenarioReport {
        metrics: vec![metric("peak", peak), metric("idle.peak", peak)],
        marks: vec![mark("idle start", 10), mark("idle end", 10 + idles)],
        ..run(&[])
    };
    let names = |idles| {
        let said = difference(&with(1.0, idles), &with(2.0, idles)).metrics;
        said.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names(0), ["peak"]);
    assert_eq!(names(1), ["peak", "idle.peak"]);
}

#[test]
fn a_metric_of_one_run_only_differs() {
    let (a, mut b) = (run(&[]), run(&[]));
    b.metrics.push(metric("growth", 0.0));
    let said = difference(&a, &b).metrics;
    let expected = |a, b| {
        vec![MetricDifference {
            name: "growth".to_string(),
            unit: "B".to_string(),
            a,
            b,
        }]
    };
    assert_eq!(said, expected(None, Some(0.0)));
    assert_eq!(difference(&b, &a).metrics, expected(Some(0.0), None));
}

/// The null test's planted faults: whatever part of a report differs is named.
#[test]
fn no_part_of_a_report_differs_unseen() {
    type Fault = fn(&mut ScenarioReport);
    let faults: [(&str, Fault); 13] = [
        ("module", |report| report.module.clear()),
        ("verdict", |report| report.verdict = Verdict::Error),
        ("metrics", |report| report.metrics[0].value += 1.0),
        ("marks", |report| {
            report.marks.push(MarkReport {
                name: "final".to_string(),
                time: 1,
                live: Counted::default(),
                peak: Counted::default(),
                total: Counted::default(),
                memory: 0,
                heap_span: 0,
            });
        }),
        ("peak_time_ns", |report| report.peak_time += 1),
        ("total_at_peak", |report| report.total_at_peak += 1),
        ("sites", |report| report.sites[0].stack[0].line = Some(2)),
        ("snapshot", |report| {
            report.snapshot = Some(crate::report::SnapshotChange {
                is_new: true,
                diff: String::new(),
            });
        }),
        ("wrong_frees", |report| {
            report.wrong_frees.push(crate::report::WrongFreeReport {
                address: 8,
                by_resize: false,
                freed: None,
                former: None,
                inside: None,
                others: 0,
                handed_out_twice: 0,
            });
        }),
        ("notes", |report| report.notes.push("a note".to_string())),
        ("events", |report| report.events += 1),
        ("unseen_frees", |report| report.unseen_frees += 1),
        ("contexts", |report| report.contexts += 1),
    ];
    let sound = run(&[("draw draw.c:1", 10, 10)]);
    for (part, fault) in faults {
        let mut faulty = sound.clone();
        fault(&mut faulty);
        assert_eq!(unequal_parts(&sound, &faulty), [part]);
    }
}
