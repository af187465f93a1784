//! One planted leak a class and language: every one is found at its site, with the bytes and blocks that it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

const LANGUAGES: [&str; 3] = ["c", "cpp", "rust"];

/// `guests/leaks/expected.yaml`, as far as it is looked at here.
#[derive(Deserialize)]
struct Expected {
    leaks: BTreeMap<String, BTreeMap<String, serde_yaml::Value>>,
    fragmentation: BTreeMap<String, BTreeMap<String, serde_yaml::Value>>,
    no_leaks: BTreeMap<String, BTreeMap<String, serde_yaml::Value>>,
}

/// Blocks of a site, of one kind.
#[derive(Deserialize)]
struct Site {
    function: String,
    bytes: u64,
    blocks: u64,
}

/// An entry of `guests/leaks/cases/expected.yaml`: bytes and blocks of each kind.
#[derive(Deserialize)]
struct Case {
    module: String,
    call: String,
    #[serde(default)]
    args: Vec<u64>,
    definite: (u64, u64),
    indirect: (u64, u64),
    possible: (u64, u64),
    reachable: (u64, u64),
}

#[test]
fn planted_leaks_are_found_at_their_sites() {
    let expected: Expected = read("guests/leaks/expected.yaml");
    for language in LANGUAGES {
        let suite = format!("tests/planted/suites/leaks-{language}.yaml");
        let scenarios = scenarios("planted", &root().join(suite));
        for (name, scenario) in &scenarios {
            let title = format!("{name} in {language}");
            match expected.leaks.get(name) {
                Some(leak) => check(&title, scenario, &leak["class"], &leak[language]),
                None => assert_eq!(accused(scenario), BTreeSet::new(), "{title}"),
            }
        }
    }
}

/// What a scenario accuses is what is expected, and no other site.
#[track_caller]
fn check(title: &str, scenario: &Value, class: &serde_yaml::Value, sites: &serde_yaml::Value) {
    let sites: Vec<Site> = from_value(sites);
    let mut left: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for site in &sites {
        let (bytes, blocks) = left.entry(&site.function).or_default();
        *bytes += site.bytes;
        *blocks += site.blocks;
    }
    assert_eq!(accused(scenario), left.keys().copied().collect(), "{title}");
    for (function, expected) in left {
        assert_eq!(at_end(scenario, function), expected, "{title}: {function}");
        check_class(title, scenario, function, class);
    }
}

/// Of several sites of a function, the one counts that grows most, or else takes most.
#[track_caller]
fn check_class(title: &str, scenario: &Value, function: &str, expected: &serde_yaml::Value) {
    let sites = scenario["sites"].as_array().expect("a list");
    let of_function = sites.iter().filter(|site| is_of(site, function));
    let bytes = |site: &Value, figure: &str| site[figure]["bytes"].as_i64();
    let most = of_function.max_by_key(|site| (bytes(site, "delta"), bytes(site, "total")));
    let class = most.and_then(|site| site["class"]["name"].as_str());
    // A leak is growth until somebody looks for pointers to it.
    let accepted = match expected.as_str() {
        Some("leak") => ["leak", "unbounded growth"],
        Some(other) => [other, other],
        None => panic!("{title} has no class"),
    };
    let is_expected = class.is_some_and(|class| accepted.contains(&class));
    assert!(
        is_expected,
        "{title}: {function} is {class:?}, not {accepted:?}"
    );
}

#[test]
fn every_scenario_is_expected() {
    let expected: Expected = read("guests/leaks/expected.yaml");
    let leaks = [&expected.leaks, &expected.fragmentation];
    for language in LANGUAGES {
        let planted = names(&leaks, language);
        let clean = names(&[leaks[0], leaks[1], &expected.no_leaks], language);
        let suite = format!("suites/leaks-{language}.yaml");
        assert_eq!(scenario_names(&format!("tests/planted/{suite}")), planted);
        assert_eq!(scenario_names(&suite), clean);
    }
}

#[test]
fn what_only_looks_like_a_leak_is_told_from_one() {
    let expected: Expected = read("guests/leaks/expected.yaml");
    for language in LANGUAGES {
        let suite = format!("suites/leaks-{language}.yaml");
        let scenarios = scenarios("clean-leaks", &root().join(suite));
        for (name, entry) in &expected.no_leaks {
            let title = format!("{name} in {language}");
            let function = entry[language].as_str().expect("a function's name");
            check_class(&title, &scenarios[name], function, &entry["class"]);
        }
    }
}

/// The four numbers of a case add up to what is live.
#[test]
fn cases_hold_as_much_as_is_expected() {
    let cases: Vec<Case> = read("guests/leaks/cases/expected.yaml");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for module in ["lost-cases", "lost-cases-cpp"] {
        let cases = || cases.iter().filter(|case| case.module == module);
        let suite = folder.path().join(format!("{module}.yaml"));
        fs::write(&suite, suite_of(module, cases())).expect("the folder is there");
        let scenarios = scenarios(module, &suite);
        for case in cases() {
            let last = scenarios[&case.name()]["marks"]
                .as_array()
                .and_then(|marks| marks.last());
            let live = count(&last.expect("it ran")["live"]);
            assert_eq!(live, case.live(), "{} {:?}", case.call, case.args);
        }
    }
}

impl Case {
    fn name(&self) -> String {
        let args: String = self.args.iter().map(|arg| format!("-{arg}")).collect();
        format!("{}{args}", self.call.replace('_', "-"))
    }

    fn live(&self) -> (u64, u64) {
        let kinds = [self.definite, self.indirect, self.possible, self.reachable];
        kinds
            .iter()
            .fold((0, 0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.1))
    }
}

/// A scenario a case. A case that is there twice differs in what its caller keeps.
fn suite_of<'a>(module: &str, cases: impl Iterator<Item = &'a Case>) -> String {
    let module = root().join(format!("guests/leaks/{module}.wasm"));
    let mut scenarios = BTreeMap::new();
    for case in cases {
        let step = format!("{{ call: {}, args: {:?} }}", case.call, case.args);
        scenarios.insert(case.name(), format!("    steps: [{step}]\n"));
    }
    let scenarios: String = scenarios
        .iter()
        .map(|(name, steps)| format!("  {name}:\n{steps}"))
        .collect();
    format!(
        "module: {:?}\nscenarios:\n{scenarios}",
        module.display().to_string()
    )
}

/// The scenarios of the report on a suite, by name.
fn scenarios(folder: &str, suite: &Path) -> BTreeMap<String, Value> {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let status = Command::new(env!("CARGO_BIN_EXE_memgate"))
        .args(["test".as_ref(), suite])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &output)
        .env("INSTA_UPDATE", "no")
        .output();
    status.expect("the command was built");
    let report =
        fs::read_to_string(output.join("memgate/report.json")).expect("a report was saved");
    let report: Value = serde_json::from_str(&report).expect("the report is JSON");
    let scenarios = report["suites"][0]["scenarios"].as_array().expect("a list");
    let named = |scenario: &Value| {
        let name = scenario["name"].as_str().expect("a name");
        (name.to_string(), scenario.clone())
    };
    scenarios.iter().map(named).collect()
}

/// The functions whose sites grew.
fn accused(scenario: &Value) -> BTreeSet<&str> {
    let sites = scenario["sites"].as_array().expect("a list");
    let has_grown = |site: &&Value| {
        let delta = &site["delta"];
        delta["bytes"].as_i64() > Some(0) || delta["blocks"].as_i64() > Some(0)
    };
    sites.iter().filter(has_grown).map(function).collect()
}

/// What all sites of a function hold in the end.
fn at_end(scenario: &Value, function: &str) -> (u64, u64) {
    let sites = scenario["sites"].as_array().expect("a list");
    let counts = sites
        .iter()
        .filter(|site| is_of(site, function))
        .map(|site| count(&site["at_end"]));
    counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
}

fn count(value: &Value) -> (u64, u64) {
    let number = |key: &str| value[key].as_u64().expect("a count");
    (number("bytes"), number("blocks"))
}

fn is_of(site: &Value, name: &str) -> bool {
    function(site) == name
}

/// The innermost function that is no library's, without its parameters.
fn function(site: &Value) -> &str {
    let stack = site["stack"].as_array().expect("a list");
    let own = stack.iter().find(|frame| frame["library"] == false);
    let name = own
        .and_then(|frame| frame["function"].as_str())
        .unwrap_or("");
    const ANONYMOUS: &str = "(anonymous namespace)";
    let parameters = match name.strip_prefix(ANONYMOUS) {
        Some(rest) => rest.find('(').map(|place| ANONYMOUS.len() + place),
        None => name.find('('),
    };
    &name[..parameters.unwrap_or(name.len())]
}

/// The entries that a language has.
fn names(
    lists: &[&BTreeMap<String, BTreeMap<String, serde_yaml::Value>>],
    language: &str,
) -> BTreeSet<String> {
    let entries = lists.iter().flat_map(|list| list.iter());
    let named = entries.filter(|(_, entry)| entry.contains_key(language));
    named.map(|(name, _)| name.clone()).collect()
}

fn scenario_names(suite: &str) -> BTreeSet<String> {
    let suite: serde_yaml::Value = read(suite);
    let scenarios: BTreeMap<String, serde_yaml::Value> = from_value(&suite["scenarios"]);
    scenarios.into_keys().collect()
}

#[track_caller]
fn read<T: for<'de> Deserialize<'de>>(path: &str) -> T {
    let text = fs::read_to_string(root().join(path)).expect("the file is there");
    serde_yaml::from_str(&text).expect("the file is sound")
}

#[track_caller]
fn from_value<T: for<'de> Deserialize<'de>>(value: &serde_yaml::Value) -> T {
    serde_yaml::from_value(value.clone()).expect("the entry is sound")
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
