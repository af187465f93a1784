use super::*;
use crate::judge::Verdict;
use crate::report::value::{
    Bound, ClassReport, Counted, Fault, LevelReport, MarkReport, MetricReport, Place, SiteReport,
};
use crate::report::{VERSION, without_figures};

fn counted(bytes: i64, blocks: i64) -> Counted {
    Counted { bytes, blocks }
}

/// `function file:line`; a star before it says that it was inlined into the next one.
fn place(text: &str) -> Place {
    let (inlined, text) = match text.strip_prefix('*') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut words = text.splitn(2, '@');
    let function = words.next().unwrap_or_default().to_string();
    let position = words.next().and_then(|position| position.rsplit_once(':'));
    Place {
        function,
        file: position.map(|(file, _)| file.to_string()),
        line: position.and_then(|(_, line)| line.parse().ok()),
        inlined,
        library: text.starts_with("std::"),
    }
}

fn site(stack: &[&str], kept: Counted, total: Counted) -> SiteReport {
    SiteReport {
        stack: stack.iter().map(|text| place(text)).collect(),
        folded: false,
        total,
        at_peak: kept,
        own_peak: counted(kept.bytes + 8, kept.blocks + 1),
        lifetime: Some(kept.bytes.unsigned_abs() * 100),
        at_baseline: Counted::default(),
        at_idle_start: kept,
        at_idle_end: kept,
        at_end: kept,
        delta: kept,
        survivors: Vec::new(),
        surveys: Vec::new(),
        levels: vec![LevelReport {
            mark: 1,
            live: kept,
        }],
        class: Some(ClassReport {
            name: "leak".to_string(),
            words: "a leak: each cycle leaves blocks behind".to_string(),
        }),
    }
}

fn mark(name: &str) -> MarkReport {
    MarkReport {
        name: name.to_string(),
        time: 1_000_000,
        live: Counted::default(),
        total: Counted::default(),
        peak: Counted::default(),
        memory: 65536,
        heap_span: 65536,
    }
}

fn delta(value: f64) -> MetricReport {
    MetricReport {
        name: "delta".to_string(),
        value,
        judged: value,
        unit: "B".to_string(),
        bounds: vec![Bound {
            comparison: "<=".to_string(),
            limit: Some(0.0),
            relative: None,
            holds: false,
            excess: value,
        }],
    }
}

fn fault() -> Fault {
    Fault {
        kind: crate::report::FaultKind::Trap,
        headline: "the guest trapped".to_string(),
        cause: "unreachable".to_string(),
        advice: None,
        stack: Vec::new(),
        stderr: String::new(),
    }
}

/// A scenario that leaks at these sites.
fn leaking(name: &str, sites: Vec<SiteReport>) -> ScenarioReport {
    let kept: i64 = sites.iter().map(|site| site.delta.bytes).sum();
    ScenarioReport {
        verdict: Verdict::Regression,
        fault: None,
        metrics: vec![
            delta(kept as f64),
            MetricReport {
                name: "total".to_string(),
                value: 4000.0,
                judged: 4000.0,
                unit: "B".to_string(),
                bounds: Vec::new(),
            },
        ],
        marks: vec![mark("baseline"), mark("cycle 1"), mark("final")],
        peak: counted(kept, 1),
        total_at_peak: 3000,
        sites,
        ..without_figures(name, "feed.wasm", fault())
    }
}

fn report(scenarios: Vec<ScenarioReport>) -> Report {
    Report {
        version: VERSION,
        suites: vec![SuiteReport {
            name: "feed".to_string(),
            error: None,
            scenarios,
        }],
    }
}

/// Two scenarios and one that broke: inlined frames, a library's, two calls on one line, a stack of which nothing is known, a
/// site that keeps nothing.
fn usual() -> Report {
    let insert = [
        "std::alloc@/rustc/alloc.rs:9",
        "*feed::Cache::insert@src/cache.rs:41",
        "feed::on_event@src/feed.rs:88",
        "scroll@src/lib.rs:19",
    ];
    let scroll = vec![
        site(&insert, counted(1000, 10), counted(3000, 30)),
        site(&insert, counted(24, 2), counted(24, 2)),
        site(&["scroll@src/lib.rs:20"], counted(0, 0), counted(976, 4)),
        site(&[], counted(8, 1), counted(8, 1)),
    ];
    let open = vec![site(
        &["open@src/lib.rs:7"],
        counted(512, 1),
        counted(512, 1),
    )];
    report(vec![
        leaking("scroll", scroll),
        leaking("open", open),
        without_figures("broken", "feed.wasm", fault()),
    ])
}

fn render(format: Format, report: &Report) -> Vec<u8> {
    let rendered = format.render(report, Weight::Live, None);
    rendered.expect("there is something to show")
}

fn text(format: Format, report: &Report) -> String {
    String::from_utf8(render(format, report)).expect("it is text")
}

fn check(format: Format) {
    let whole = usual();
    let report = match format.holds_several() {
        true => whole,
        false => whole.only("feed::scroll").expect("it is there"),
    };
    insta::assert_snapshot!(format.name(), text(format, &report));
}

#[test]
fn every_text_is_a_golden() {
    let texts = Format::ALL.into_iter();
    let texts = texts.filter(|format| !format.is_binary());
    // The report itself is one already, and the page has tests of its own.
    let texts = texts.filter(|format| ![Format::Html, Format::Json].contains(format));
    texts.for_each(check);
}

#[test]
fn report_json_is_read_back_and_written_the_same() {
    let text = render(Format::Json, &usual());
    let again: Report = serde_json::from_slice(&text).expect("it is a report");
    assert_eq!(again, usual());
    assert_eq!(render(Format::Json, &again), text);
}

/// The promise of `book/src/reference/formats.md`: a later memgate adds fields, and this one reads its reports.
#[test]
fn unknown_fields_are_ignored() {
    fn add(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                fields.values_mut().for_each(add);
                fields.insert("of_a_later_version".to_string(), 7.into());
            }
            serde_json::Value::Array(values) => values.iter_mut().for_each(add),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(usual()).expect("it is a JSON value");
    add(&mut value);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("report.json");
    std::fs::write(&path, value.to_string()).expect("the folder is there");
    assert_eq!(crate::report::load(&path).expect("it loads"), usual());
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let alone = usual().only("feed::scroll").expect("it is there");
    for format in Format::ALL {
        assert_eq!(render(format, &alone), render(format, &alone), "{format:?}");
    }
}

fn refused(format: Format, report: &Report, weight: Weight) -> String {
    let refused = format.render(report, weight, None);
    refused.expect_err("it cannot be").to_string()
}

#[test]
fn what_cannot_be_shown_is_told() {
    let whole = usual();
    assert_eq!(
        refused(Format::Dhat, &whole, Weight::Live),
        "dhat holds one scenario, and the report has 3"
    );
    assert_eq!(
        refused(Format::Svg, &report(Vec::new()), Weight::Live),
        "svg holds one scenario, and the report has 0"
    );
    let broken = whole.only("feed::broken").expect("it is there");
    assert_eq!(
        refused(Format::Folded, &broken, Weight::Live),
        "nothing was measured of feed::broken: the guest trapped"
    );
    let nothing = site(&["f"], Counted::default(), counted(1, 1));
    let nothing = report(vec![leaking("quiet", vec![nothing])]);
    assert_eq!(
        refused(Format::Svg, &nothing, Weight::Live),
        "no site of feed::quiet weighs anything by live, which is live at idle end"
    );
    assert_eq!(render(Format::Folded, &nothing), b"");
    assert_eq!(whole.only("feed::none"), None);
}

/// What modules and suites may call things.
fn hostile_names() -> Vec<String> {
    [
        "</script><script>alert(1)</script>",
        "\"quoted\" & <tagged attr='x'>",
        "two\nlines\r\nand\ttabs",
        "\u{1b}[2J\u{9b}31m\u{0}\u{7}",
        "a;b;c 100 5",
        "::error file=a,line=1::planted",
        "\u{202e}backwards\u{ffff}\u{fffe}",
        "../../etc/passwd",
        "[root]",
        "-->",
        "]]>",
        "% d",
        "",
    ]
    .into_iter()
    .map(str::to_string)
    .chain([format!("long{}", "ß".repeat(5_000))])
    .collect()
}

fn hostile() -> Report {
    let sites = hostile_names().into_iter().map(|name| {
        let mut site = site(
            &["inner@f.c:1", "outer@f.c:2"],
            counted(64, 1),
            counted(64, 1),
        );
        for place in &mut site.stack {
            place.function = format!("{name}{}", place.function);
            place.file = Some(name.clone());
        }
        site.class = Some(ClassReport {
            name: name.clone(),
            words: name,
        });
        site
    });
    let mut scenario = leaking("all", sites.collect());
    scenario.module = "</title>\u{1b}.wasm".to_string();
    let names = hostile_names();
    let scenarios = names.iter().map(|name| ScenarioReport {
        name: name.clone(),
        ..scenario.clone()
    });
    report(scenarios.collect())
}

/// The hostile names are in the text or cut short, and nothing in it is obeyed by a terminal, a line's reader or a parser.
#[test]
fn hostile_names_are_names() {
    let hostile = hostile();
    let alone = Report {
        suites: vec![SuiteReport {
            scenarios: hostile.suites[0].scenarios[..1].to_vec(),
            ..hostile.suites[0].clone()
        }],
        ..hostile.clone()
    };
    let is_obeyed = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{202e}' | '\u{fffe}' | '\u{ffff}')
    };
    for format in Format::ALL {
        let report = if format.holds_several() {
            &hostile
        } else {
            &alone
        };
        // The page packs what it is told, and has tests of its own.
        if format.is_binary() || [Format::Html, Format::Json].contains(&format) {
            continue;
        }
        let text = text(format, report);
        assert!(!text.contains(is_obeyed), "{format:?}");
        assert!(text.contains("alert(1)"), "{format:?}: the names are there");
        if format.name() != "svg" && format.name() != "folded" {
            serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON");
        }
    }
}

#[test]
fn hostile_names_do_not_move_bytes() {
    let mut alone = hostile();
    alone.suites[0].scenarios.truncate(1);
    let expected = hostile_names().len() as i64 * 64;
    let text = text(Format::Folded, &alone);
    let weighed = text.lines().map(|line| {
        let (stack, bytes) = line.rsplit_once(' ').expect("a stack and its bytes");
        assert_eq!(stack.split(';').count(), 2, "{stack}");
        bytes.parse::<i64>().expect("a number")
    });
    assert_eq!(weighed.sum::<i64>(), expected);
    let svg = self::text(Format::Svg, &alone);
    assert!(
        svg.contains(&format!("total_samples=\"{expected}\"")),
        "{}",
        &svg[..2000.min(svg.len())]
    );
    assert!(!svg.contains("<script>alert"), "names are escaped");
}

/// A fingerprint tells a finding again after lines have moved, and not by anything else.
#[test]
fn fingerprints_survive_lines_that_move() {
    let fingerprints = |change: fn(&mut SiteReport)| {
        let mut report = usual();
        change(&mut report.suites[0].scenarios[0].sites[0]);
        let log: serde_json::Value =
            serde_json::from_slice(&render(Format::Sarif, &report)).expect("it is JSON");
        log["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    let before = fingerprints(|_| {});
    let moved = fingerprints(|site| {
        for place in &mut site.stack {
            place.line = place.line.map(|line| line + 7);
        }
        site.delta.bytes += 5;
    });
    assert_eq!(before, moved);
    let renamed = fingerprints(|site| site.stack[1].function.push('2'));
    assert_ne!(before, renamed);
}

/// What the four values of all samples are in sum, and which strings are there.
#[test]
fn profiles_hold_what_the_report_does() {
    use super::profile::Profile;
    use prost::Message;
    use std::io::Read;

    let bytes = render(Format::Pprof, &usual());
    let mut raw = Vec::new();
    let read = flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut raw);
    read.expect("it is gzip");
    let profile = Profile::decode(&raw[..]).expect("it is a profile");
    let sum = |index: usize| -> i64 { profile.sample.iter().map(|it| it.value[index]).sum() };
    assert_eq!([0, 1, 2, 3].map(sum), [38, 4520, 14, 1544]);
    let string = |index: i64| profile.string_table[index as usize].as_str();
    assert_eq!(string(0), "");
    assert_eq!(string(profile.default_sample_type), "inuse_space");
    let types: Vec<&str> = profile
        .sample_type
        .iter()
        .map(|it| string(it.r#type))
        .collect();
    assert_eq!(
        types,
        [
            "alloc_objects",
            "alloc_space",
            "inuse_objects",
            "inuse_space"
        ]
    );
    // What was inlined is part of the location of the function that it is in.
    let first = &profile.sample[0].location_id;
    let lines = first
        .iter()
        .map(|id| profile.location[*id as usize - 1].line.len());
    assert_eq!(lines.collect::<Vec<_>>(), [1, 2, 1]);
    let labels = profile.sample.iter().map(|it| string(it.label[0].str));
    let labels: std::collections::BTreeSet<&str> = labels.collect();
    assert_eq!(
        labels.into_iter().collect::<Vec<_>>(),
        ["feed::open", "feed::scroll"]
    );
}
