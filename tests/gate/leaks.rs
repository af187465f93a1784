//! One planted leak a class and language: each is found at its site, as what it is, and no clean twin is accused. What was
//! found becomes the table in `book/src/explanation/planted-leaks.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use memgate::report::{Counted, Report, ScenarioReport, SiteReport, short_name};
use serde::Deserialize;
use serde_yaml::Mapping;

use super::{memgate, output, root};

const LANGUAGES: [(&str, &str); 3] = [("c", "C"), ("cpp", "C++"), ("rust", "Rust")];

/// `guests/leaks/expected.yaml`; entries stay in the order of the file, which is that of the table.
#[derive(Deserialize)]
struct Expected {
    leaks: Mapping,
    fragmentation: Mapping,
    no_leaks: Mapping,
}

#[derive(Deserialize)]
struct Leak {
    what: String,
    class: String,
    #[serde(default)]
    held_by: BTreeMap<String, String>,
    #[serde(flatten)]
    sites: BTreeMap<String, Vec<Site>>,
}

/// What is to be said of blocks of one kind of one site.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    function: String,
    kind: String,
    bytes: i64,
    blocks: i64,
}

#[derive(Deserialize)]
struct Fragmentation {
    what: String,
    metric: String,
    #[serde(flatten)]
    functions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct NoLeak {
    what: String,
    class: OneOrMore,
    bound: Option<Bound>,
    #[serde(flatten)]
    functions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
struct Bound {
    bytes: i64,
    blocks: i64,
}

#[test]
fn every_class_of_leak_is_told_and_no_clean_twin_is_accused() {
    let expected = fs::read_to_string(root().join("guests/leaks/expected.yaml"));
    let expected: Expected =
        serde_yaml::from_str(&expected.expect("it is there")).expect("it is what it says");
    let planted = reports("tests/planted/suites");
    let clean = reports("suites");

    let mut text = INTRODUCTION.to_string();
    leaks(&mut text, &expected.leaks, &planted, &clean);
    fragmentation(&mut text, &expected.fragmentation, &planted, &clean);
    no_leaks(&mut text, &expected.no_leaks, &planted, &clean);
    check_document("book/src/explanation/planted-leaks.md", &text);
}

const INTRODUCTION: &str = "\
<!-- Made by `UPDATE_DOCS=1 cargo test --test gate leak`, from what memgate says of guests/leaks. -->

# What is told of planted leaks

Every program below is small, real and wrong in one way, in each language that has the way; its clean twin is the same source
with the fault repaired. memgate finds each at its site, says what became of the blocks in the words of valgrind's memcheck, and
accuses no clean twin. The sources are in
[guests/leaks](https://github.com/memgate/memgate/tree/main/guests/leaks), the suites in
[tests/planted/suites](https://github.com/memgate/memgate/tree/main/tests/planted/suites) and
[suites](https://github.com/memgate/memgate/tree/main/suites).
";

/// What was measured of a language: scenarios by name.
type Reports = BTreeMap<&'static str, BTreeMap<String, ScenarioReport>>;

fn reports(suites: &str) -> Reports {
    let report = |language: &'static str| {
        let folder = format!("leaks-{}-{language}", suites.replace('/', "-"));
        let suite = Path::new(suites).join(format!("leaks-{language}.yaml"));
        memgate(&folder, &suite, &[]);
        let saved = fs::read(output(&folder).join("memgate/report.json"));
        let report: Report =
            serde_json::from_slice(&saved.expect("it was saved")).expect("it is a report");
        let scenarios = report.suites.into_iter().flat_map(|suite| suite.scenarios);
        (
            language,
            scenarios.map(|it| (it.name.clone(), it)).collect(),
        )
    };
    LANGUAGES.map(|(language, _)| report(language)).into()
}

fn entries<T: for<'de> Deserialize<'de>>(mapping: &Mapping) -> Vec<(String, T)> {
    let read = |(key, value): (&serde_yaml::Value, &serde_yaml::Value)| {
        let name = key.as_str().expect("names are texts").to_string();
        let entry = serde_yaml::from_value(value.clone());
        (name, entry.expect("the entry is what it says"))
    };
    mapping.iter().map(read).collect()
}

fn leaks(text: &mut String, expected: &Mapping, planted: &Reports, clean: &Reports) {
    text.push_str(
        "\n| leak | language | site | what became of its blocks | class | held by |\n|---|---|---|---|---|---|\n",
    );
    for (name, leak) in entries::<Leak>(expected) {
        for (language, shown) in LANGUAGES {
            let Some(sites) = leak.sites.get(language) else {
                continue;
            };
            let trial = format!("{language} {name}");
            let found = &planted[language][&name];
            let mut accused = accused(found);
            let mut wanted: Vec<&Site> = sites.iter().collect();
            accused.sort();
            wanted.sort();
            assert!(
                accused.iter().eq(wanted.iter().copied()),
                "{trial}: {accused:#?}"
            );
            let holder = check_classes(&trial, found, &leak, language);
            assert!(
                self::accused(&clean[language][&name]).is_empty(),
                "the clean {trial}"
            );
            for site in sites {
                writeln!(
                    text,
                    "| {} | {shown} | `{}` | {} | {} | {} |",
                    leak.what,
                    short(&site.function),
                    became(site),
                    leak.class,
                    holder.map_or(String::new(), |holder| format!("`{}`", short(holder)))
                )
                .expect("writing to a string");
            }
        }
    }
}

/// That accused sites have the class that is expected, and that the expected static holds what is held.
fn check_classes<'l>(
    trial: &str,
    found: &ScenarioReport,
    leak: &'l Leak,
    language: &str,
) -> Option<&'l str> {
    let holder = leak.held_by.get(language).map(String::as_str);
    for site in found.sites.iter().filter(|site| is_accused(site)) {
        let class = site.class.as_ref().map(|class| class.name.as_str());
        assert_eq!(
            class,
            Some(leak.class.as_str()),
            "{trial}: {}",
            function(site)
        );
        let held = survey(site).and_then(|survey| survey.held.as_ref());
        if let (Some(held), Some(holder)) = (held, holder) {
            assert_eq!(held.by.name, format!("the static {holder}"), "{trial}");
        }
    }
    holder
}

fn fragmentation(text: &mut String, expected: &Mapping, planted: &Reports, clean: &Reports) {
    for (name, entry) in entries::<Fragmentation>(expected) {
        for (language, shown) in LANGUAGES {
            let (bad, good) = (&planted[language][&name], &clean[language][&name]);
            let breaks = |report: &ScenarioReport| {
                let metrics = report.metrics.iter();
                let its = metrics.filter(|metric| metric.name == entry.metric);
                its.flat_map(|metric| &metric.bounds)
                    .any(|bound| !bound.holds)
            };
            assert!(breaks(bad) && !breaks(good), "{language} {name}");
            assert!(
                accused(bad).is_empty(),
                "{language} {name}: {:#?}",
                accused(bad)
            );
            writeln!(
                text,
                "| {} | {shown} | `{}` | freed in the end | none: `{}` tells | |",
                entry.what,
                short(&entry.functions[language]),
                entry.metric
            )
            .expect("writing to a string");
        }
    }
}

fn no_leaks(text: &mut String, expected: &Mapping, planted: &Reports, clean: &Reports) {
    text.push_str(
        "\nWhat only looks like a leak is told, too, and is not accused:\n\n\
         | no leak | language | site | class |\n|---|---|---|---|\n",
    );
    for (name, entry) in entries::<NoLeak>(expected) {
        for (language, shown) in LANGUAGES {
            let trial = format!("{language} {name}");
            let report = &clean[language][&name];
            assert!(
                accused(report).is_empty(),
                "{trial}: {:#?}",
                accused(report)
            );
            assert!(
                !planted[language].contains_key(&name),
                "{trial} cannot be planted"
            );
            let wanted = &entry.functions[language];
            let site = largest(report, wanted).unwrap_or_else(|| panic!("{trial} has no {wanted}"));
            let class = site.class.as_ref().expect("the scenario came to its end");
            let classes = match &entry.class {
                OneOrMore::One(class) => std::slice::from_ref(class),
                OneOrMore::More(classes) => classes,
            };
            assert!(classes.contains(&class.name), "{trial}: {}", class.words);
            if let Some(bound) = &entry.bound {
                let held = (site.at_idle_end.bytes, site.at_idle_end.blocks);
                assert_eq!(held, (bound.bytes, bound.blocks), "{trial}");
            }
            writeln!(
                text,
                "| {} | {shown} | `{}` | {} |",
                entry.what,
                short(wanted),
                class.words
            )
            .expect("writing to a string");
        }
    }
}

/// What is said against a scenario: the blocks of functions that grow or lose, by kind.
fn accused(report: &ScenarioReport) -> Vec<Site> {
    let grow_or_lose = report.sites.iter().filter(|site| is_accused(site));
    let functions: BTreeSet<String> = grow_or_lose.map(function).collect();
    let mut accused: BTreeMap<(String, &str), Counted> = BTreeMap::new();
    for site in &report.sites {
        let function = function(site);
        // A container's block that is replaced once in a long while tells nothing by itself.
        if !functions.contains(&function) {
            continue;
        }
        for (kind, blocks) in kinds(site) {
            let sum = accused.entry((function.clone(), kind)).or_default();
            sum.bytes += blocks.bytes;
            sum.blocks += blocks.blocks;
        }
    }
    accused
        .into_iter()
        .filter(|(_, sum)| sum.blocks > 0)
        .map(|((function, kind), Counted { bytes, blocks })| Site {
            function,
            kind: kind.into(),
            bytes,
            blocks,
        })
        .collect()
}

fn is_accused(site: &SiteReport) -> bool {
    let class = site.class.as_ref().map(|class| class.name.as_str());
    let grows = matches!(class, Some("unbounded growth" | "leak"));
    grows
        || kinds(site)
            .iter()
            .any(|(kind, sum)| sum.blocks > 0 && matches!(*kind, "definite" | "indirect"))
}

/// Its blocks at the end.
fn kinds(site: &SiteReport) -> [(&'static str, Counted); 4] {
    let losses = survey(site).map(|survey| survey.losses).unwrap_or_default();
    [
        ("definite", losses.definitely_lost),
        ("indirect", losses.indirectly_lost),
        ("possible", losses.possibly_lost),
        ("reachable", losses.still_reachable),
    ]
}

fn survey(site: &SiteReport) -> Option<&memgate::report::SiteSurveyReport> {
    site.surveys.iter().find(|survey| survey.mark == "final")
}

fn largest<'r>(report: &'r ScenarioReport, wanted: &str) -> Option<&'r SiteReport> {
    let its = report.sites.iter().filter(|site| function(site) == wanted);
    its.max_by_key(|site| (site.at_idle_end.bytes, site.total.bytes))
}

/// The innermost function that is no library's.
fn function(site: &SiteReport) -> String {
    let own = site.stack.iter().find(|place| !place.library);
    own.or(site.stack.first())
        .map_or(String::new(), |place| short_name(&place.function))
}

fn became(site: &Site) -> String {
    let kind = match site.kind.as_str() {
        "definite" => "definitely lost",
        "indirect" => "indirectly lost",
        "possible" => "possibly lost",
        _ => "still reachable",
    };
    let plural = if site.blocks == 1 { "" } else { "s" };
    format!("{kind}: {} B in {} block{plural}", site.bytes, site.blocks)
}

/// Without the file's own namespace, which is the same everywhere.
fn short(function: &str) -> &str {
    function
        .trim_start_matches("(anonymous namespace)::")
        .trim_start_matches("leaks::")
}

/// The document says that; with `UPDATE_DOCS` it will.
fn check_document(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(&file, text).expect("it can be written");
    }
    let current = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        current == text,
        "{path} is not current: UPDATE_DOCS=1 cargo test --test gate leak"
    );
}
