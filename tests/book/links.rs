//! Links lead to pages, headings and files that are there.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;

use super::page::Page;
use super::{no_complaints, root};

/// Where the repository and the book are met from elsewhere, as on crates.io.
const REPOSITORY: &str = "https://github.com/memgate/memgate/blob/main/";
const FOLDERS: &str = "https://github.com/memgate/memgate/tree/main/";
const RAW: &str = "https://raw.githubusercontent.com/memgate/memgate/main/";
const BOOK: &str = "https://memgate.github.io/memgate/";

pub(super) fn follow_all(pages: &[Page]) -> Result<(), Failed> {
    let mut complaints = Vec::new();
    for page in pages {
        for (line, text) in page.prose() {
            for link in links(text) {
                if let Err(complaint) = follow(page, link) {
                    complaints.push(format!("{}:{line}: {link} {complaint}", page.name()));
                }
            }
        }
    }
    no_complaints(complaints)
}

/// Every page is in the summary, once; without it, mdBook leaves the page out.
pub(super) fn summary(pages: &[Page]) -> Result<(), Failed> {
    let summary = Page::read(&root().join("book/src/SUMMARY.md"));
    let listed: Vec<&str> = summary
        .prose()
        .iter()
        .flat_map(|(_, line)| links(line))
        .collect();
    let mut complaints = Vec::new();
    for page in pages {
        let Ok(path) = page.path.strip_prefix(root().join("book/src")) else {
            continue;
        };
        let path = path.display().to_string().replace('\\', "/");
        let times = listed.iter().filter(|listed| **listed == path).count();
        if times != 1 && path != "SUMMARY.md" {
            complaints.push(format!("{path} is {times} times in SUMMARY.md"));
        }
    }
    no_complaints(complaints)
}

/// The targets of a line's links, and of its images.
fn links(line: &str) -> Vec<&str> {
    let targets = line.split("](").skip(1);
    targets
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect()
}

fn follow(page: &Page, link: &str) -> Result<(), String> {
    let (target, heading) = link.split_once('#').unwrap_or((link, ""));
    match file(page, target)? {
        // Of somebody else's.
        None => Ok(()),
        Some(path) if !path.exists() => Err("leads nowhere".into()),
        Some(path) if !heading.is_empty() && !has_heading(&path, heading) => {
            Err("names no heading".into())
        }
        Some(_) => Ok(()),
    }
}

/// What a link leads to, in this repository.
fn file(page: &Page, target: &str) -> Result<Option<PathBuf>, String> {
    for place in [REPOSITORY, FOLDERS, RAW] {
        if let Some(path) = target.strip_prefix(place) {
            return Ok(Some(root().join(path)));
        }
    }
    if let Some(path) = target.strip_prefix(BOOK) {
        return Ok(Some(source(path)));
    }
    if target.contains("://") {
        return Ok(None);
    }
    if target.is_empty() {
        return Ok(Some(page.path.clone()));
    }
    if page.name() == "README.md" {
        return Err("would lead nowhere on crates.io: write it out".into());
    }
    let folder = page.path.parent().expect("it is in a folder");
    let path = folder.join(target);
    let is_in_book = |path: &Path| {
        let book = root().join("book/src").canonicalize();
        let path = path.canonicalize();
        path.and_then(|path| Ok(path.starts_with(book?)))
            .unwrap_or(true)
    };
    match is_in_book(&page.path) && !is_in_book(&path) {
        true => Err("leaves the book, which is published alone: write it out".into()),
        false => Ok(Some(path)),
    }
}

/// The page that mdBook makes an HTML file of.
fn source(path: &str) -> PathBuf {
    let page = match path {
        "" => "introduction.md".to_string(),
        path => path.replace(".html", ".md"),
    };
    root().join("book/src").join(page)
}

fn has_heading(page: &Path, wanted: &str) -> bool {
    let text = fs::read_to_string(page).unwrap_or_default();
    let headings = text.lines().filter_map(|line| {
        line.trim_start_matches('#')
            .strip_prefix(' ')
            .filter(|_| line.starts_with('#'))
    });
    headings.map(anchor).any(|heading| heading == wanted)
}

/// As mdBook makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter if letter.is_alphanumeric() => Some(letter.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}
