//! DHAT's profile, version 2, as valgrind's `dh_view.html` reads it.
//!
//! Its clock is what the module allocated, in bytes: blocks have no lifetimes on the virtual clock, which stands while code runs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Told;
use super::text::{UNKNOWN, clean, frame, json};
use crate::report::value::{Counted, ScenarioReport, SiteReport};

/// Blocks that are freed before the module has allocated as much again live shortly, in bytes.
const SHORT: u64 = 1024;

/// The names are DHAT's own.
#[derive(Serialize)]
struct Profile {
    #[serde(rename = "dhatFileVersion")]
    version: u32,
    mode: &'static str,
    verb: &'static str,
    /// Whether lifetimes are known.
    bklt: bool,
    /// Whether accesses are.
    bkacc: bool,
    tu: &'static str,
    #[serde(rename = "Mtu")]
    mtu: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tuth: Option<u64>,
    cmd: String,
    pid: u32,
    /// When all was over.
    te: u64,
    /// When most was live.
    #[serde(skip_serializing_if = "Option::is_none")]
    tg: Option<u64>,
    pps: Vec<Point>,
    ftbl: Vec<String>,
}

/// A program point: a site.
#[derive(Serialize)]
struct Point {
    tb: i64,
    tbk: i64,
    #[serde(flatten)]
    lifetimes: Option<Lifetimes>,
    fs: Vec<usize>,
}

#[derive(Serialize)]
struct Lifetimes {
    tl: u64,
    mb: i64,
    mbk: i64,
    gb: i64,
    gbk: i64,
    eb: i64,
    ebk: i64,
}

pub(super) fn render(told: &Told<'_>) -> Vec<u8> {
    let scenario = told.scenario;
    let has_lifetimes = scenario.sites.iter().all(|site| site.lifetime.is_some());
    let mut frames = Frames::default();
    let point = |site: &SiteReport| Point {
        tb: site.total.bytes,
        tbk: site.total.blocks,
        lifetimes: site
            .lifetime
            .filter(|_| has_lifetimes)
            .map(|lifetime| lifetimes(scenario, site, lifetime)),
        fs: frames.stack(site),
    };
    let pps = scenario.sites.iter().map(point).collect();
    json(&Profile {
        version: 2,
        mode: "heap",
        verb: "Allocated",
        bklt: has_lifetimes,
        bkacc: false,
        tu: "bytes",
        mtu: "MB",
        tuth: has_lifetimes.then_some(SHORT),
        cmd: clean(&format!("{} of {}", told.name, scenario.module)),
        pid: 0,
        te: scenario.allocated(),
        tg: has_lifetimes.then_some(scenario.total_at_peak),
        pps,
        ftbl: frames.table,
    })
}

fn lifetimes(scenario: &ScenarioReport, site: &SiteReport, lifetime: u64) -> Lifetimes {
    let end = at_end(scenario, site);
    Lifetimes {
        tl: lifetime,
        mb: site.own_peak.bytes,
        mbk: site.own_peak.blocks,
        gb: site.at_peak.bytes,
        gbk: site.at_peak.blocks,
        eb: end.bytes,
        ebk: end.blocks,
    }
}

/// Live after teardown; at the last mark, where the scenario did not come to its end.
fn at_end(scenario: &ScenarioReport, site: &SiteReport) -> Counted {
    match scenario.marks.last() {
        Some(last) if last.name != "final" => site.level(scenario.marks.len() as u32 - 1),
        _ => site.at_end,
    }
}

impl ScenarioReport {
    /// All bytes that were allocated: the last reading of that clock.
    fn allocated(&self) -> u64 {
        let bytes = self
            .sites
            .iter()
            .map(|site| site.total.bytes.unsigned_abs());
        bytes.fold(0, u64::saturating_add)
    }
}

/// The table of frames, of which the first is the root.
struct Frames {
    table: Vec<String>,
    numbers: BTreeMap<String, usize>,
    stacks: BTreeSet<Vec<usize>>,
}

impl Default for Frames {
    fn default() -> Frames {
        Frames {
            table: vec!["[root]".to_string()],
            numbers: BTreeMap::new(),
            stacks: BTreeSet::new(),
        }
    }
}

impl Frames {
    /// Innermost first. Two stacks must not be the same, which those of calls on one line are: they are numbered then.
    fn stack(&mut self, site: &SiteReport) -> Vec<usize> {
        let mut names: Vec<String> = site.stack.iter().map(frame).collect();
        if names.is_empty() {
            names.push(UNKNOWN.to_string());
        }
        let innermost = names[0].clone();
        for another in 2.. {
            let stack: Vec<usize> = names.iter().map(|name| self.number(name)).collect();
            if self.stacks.insert(stack.clone()) {
                return stack;
            }
            names[0] = format!("{innermost} #{another}");
        }
        unreachable!("there are fewer sites than numbers")
    }

    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.table.push(name.to_string());
        let number = self.table.len() - 1;
        self.numbers.insert(name.to_string(), number);
        number
    }
}
