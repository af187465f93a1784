//! Pages with a fault each, that must be found. What is said of it stands in the first line.

use std::fs;

use libtest_mimic::Failed;

use super::page::Page;
use super::{find, links, no_complaints, play, root, suites};

pub(super) fn are_found() -> Result<(), Failed> {
    let mut paths = Vec::new();
    find(&root().join("tests/book/planted"), &mut paths);
    assert!(!paths.is_empty(), "there are planted faults");
    let mut complaints = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path)?;
        let fault = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("<!-- planted: ")?.strip_suffix(" -->"))
            .expect("its first line says what is wrong");
        let pages = [Page::read(&path)];
        let found = [
            play::play(&pages[0]),
            suites::load_each(&pages),
            links::follow_all(&pages),
        ];
        let found: Vec<String> = found
            .into_iter()
            .filter_map(|found| found.err()?.message().map(str::to_string))
            .collect();
        if found.len() != 1 || !found[0].contains(fault) {
            complaints.push(format!(
                "{}: {fault:?} is not in {found:#?}",
                pages[0].name()
            ));
        }
    }
    no_complaints(complaints)
}
