//! A page as its source has it: text, blocks of code, and what the player is told.

use std::fs;
use std::path::{Path, PathBuf};

use super::root;

/// A page, and where it is written back to.
pub(super) struct Page {
    pub(super) path: PathBuf,
    pub(super) lines: Vec<String>,
}

/// What the player makes something of, in the order of the page.
pub(super) enum Item<'a> {
    Fence(Fence<'a>),
    /// The words of `<!-- play: ... -->`.
    Told(Vec<&'a str>),
}

/// A block of code.
pub(super) struct Fence<'a> {
    /// As in `console`, `yaml`.
    pub(super) language: &'a str,
    /// What follows the language: `needs=zig`.
    pub(super) attributes: Vec<&'a str>,
    /// By how much it is indented, in a list.
    pub(super) indent: usize,
    /// Where its first line is in the page, from 0.
    pub(super) start: usize,
    pub(super) lines: Vec<&'a str>,
}

const FENCE: &str = "```";

impl Page {
    pub(super) fn read(path: &Path) -> Page {
        let text = fs::read_to_string(path).expect("a page can be read");
        Page {
            path: path.to_path_buf(),
            lines: text.lines().map(str::to_string).collect(),
        }
    }

    /// The path as people write it.
    pub(super) fn name(&self) -> String {
        let path = self.path.strip_prefix(root()).unwrap_or(&self.path);
        path.display().to_string().replace('\\', "/")
    }

    pub(super) fn items(&self) -> Vec<Item<'_>> {
        let mut items = Vec::new();
        let mut at = 0;
        while at < self.lines.len() {
            let line = self.lines[at].as_str();
            at += 1;
            if let Some(told) = told(line) {
                items.push(Item::Told(told));
            } else if let Some(info) = line.trim_start().strip_prefix(FENCE) {
                let fence = self.fence(info, at);
                at += fence.lines.len() + 1;
                items.push(Item::Fence(fence));
            }
        }
        items
    }

    pub(super) fn fences(&self) -> impl Iterator<Item = Fence<'_>> {
        self.items().into_iter().filter_map(|item| match item {
            Item::Fence(fence) => Some(fence),
            Item::Told(_) => None,
        })
    }

    /// The lines that are not code, numbered from 1.
    pub(super) fn prose(&self) -> Vec<(usize, &str)> {
        let mut is_code = false;
        let mut prose = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            let is_fence = line.trim_start().starts_with(FENCE);
            is_code ^= is_fence;
            if !is_code && !is_fence {
                prose.push((index + 1, line.as_str()));
            }
        }
        prose
    }

    /// Whether there is a command in it.
    pub(super) fn is_played(&self) -> bool {
        self.fences().any(|fence| fence.language == "console")
    }

    fn fence<'a>(&'a self, info: &'a str, start: usize) -> Fence<'a> {
        let opening = &self.lines[start - 1];
        let indent = opening.len() - opening.trim_start().len();
        let mut words = info.split(',').map(str::trim);
        let lines = self.lines[start..]
            .iter()
            .take_while(|line| line.trim() != FENCE)
            .map(|line| line.get(indent..).unwrap_or_default())
            .collect();
        Fence {
            language: words.next().unwrap_or_default(),
            attributes: words.collect(),
            indent,
            start,
            lines,
        }
    }
}

impl Fence<'_> {
    pub(super) fn is(&self, attribute: &str) -> bool {
        self.attributes.contains(&attribute)
    }

    /// The tools without which it cannot be played.
    pub(super) fn needs(&self) -> impl Iterator<Item = &str> {
        self.attributes
            .iter()
            .filter_map(|attribute| attribute.strip_prefix("needs="))
    }

    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

fn told(line: &str) -> Option<Vec<&str>> {
    let words = line
        .trim()
        .strip_prefix("<!-- play: ")?
        .strip_suffix(" -->")?;
    Some(words.split_whitespace().collect())
}
