//! Every metric, every kind of fault and every class has a text, and every text is of one of these.

use std::fs;
use std::path::Path;

use super::*;
use crate::judge::Class;
use crate::report::{FaultKind, without_styles};
use crate::suite;

#[test]
fn every_file_is_in_the_table() {
    for Folder { name, files, .. } in &FOLDERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/explain");
        let entries = fs::read_dir(folder.join(name)).expect("the folder is there");
        let mut there: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").path())
            .map(|path| suite::suite_name(&path))
            .collect();
        let mut known: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        there.sort();
        known.sort_unstable();
        assert_eq!(there, known, "in {name}");
    }
}

#[test]
fn every_kind_of_fault_has_a_text() {
    let kinds: BTreeSet<&str> = FaultKind::ALL.iter().map(|kind| kind.name()).collect();
    let texts: BTreeSet<&str> = ERRORS.files.iter().map(|(name, _)| *name).collect();
    assert_eq!(kinds, texts);
}

#[test]
fn every_metric_has_a_text() {
    let group = |metric: Metric| {
        let name = metric.name();
        name.split(GROUP).next().map(str::to_string)
    };
    let mut groups: BTreeSet<String> = Metric::all().filter_map(group).collect();
    groups.insert("probes".to_string());
    let texts: BTreeSet<String> = METRICS
        .files
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    assert_eq!(groups, texts);
}

#[test]
fn every_class_has_a_text() {
    for class in Class::NAMES {
        assert!(Topic::find(class).is_some(), "{class}");
    }
}

#[test]
fn no_name_stands_for_two_texts() {
    let names = FOLDERS.iter().flat_map(|folder| folder.files);
    let names: Vec<&str> = names.map(|(name, _)| *name).collect();
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(names.len(), distinct.len());
}

#[test]
fn texts_are_as_wide_as_a_terminal() {
    for name in names() {
        let page = Topic::find(&name).expect("it was listed").page();
        let page = without_styles(&page);
        let wide = page.lines().find(|row| row.chars().count() > 80);
        assert_eq!(wide, None, "{name}");
        assert!(page.ends_with('\n') && !page.ends_with("\n\n"), "{name}");
    }
}

/// The example of each metric, in a suite that has all that metrics need.
#[test]
fn examples_are_right() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in METRICS.files {
        let example: Vec<&str> = text.lines().filter(|row| row.starts_with("    ")).collect();
        let is_probes = *name == "probes";
        let (probes, thresholds) = example.split_at(if is_probes { 2 } else { 0 });
        let probes: String = probes
            .iter()
            .map(|row| format!("{}\n", &row[4..]))
            .collect();
        let suite = format!(
            "module: app.wasm\n{probes}scenarios:\n  work:\n    cycles: 5\n    steps: [{{ call: work }}]\n    \
             idle: {{ settle: 1s, period: 1min }}\n    teardown: [{{ call: close }}]\n    lifecycle: {{ instances: 3 }}\n{}\n",
            thresholds.join("\n")
        );
        let path = folder.path().join(format!("{name}.yaml"));
        fs::write(&path, &suite).expect("the folder is there");
        if let Err(errors) = suite::load(&path) {
            panic!("{name}\n{suite}\n{errors}");
        }
    }
}

#[track_caller]
fn check(asked: &str, expected: Option<&str>) {
    assert_eq!(
        Topic::find(asked).map(|topic| topic.name).as_deref(),
        expected,
        "{asked}"
    );
}

#[test]
fn topics_are_asked_for_as_texts_have_them() {
    check("delta", Some("delta"));
    check("idle.peak", Some("idle.peak"));
    check("lost.definite", Some("lost.definite"));
    check("Bounded cache", Some("bounded-cache"));
    check("no_allocator", Some("no-allocator"));
    check("idle.nonsense", None);
    check("", None);
    assert_eq!(closest("no-alocator").as_deref(), Some("no-allocator"));
    assert_eq!(closest("xyzzy"), None);
}
