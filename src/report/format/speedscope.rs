//! For speedscope: a profile a scenario.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Told;
use super::text::{UNKNOWN, clean, json};
use crate::report::value::{Place, Report, SiteReport};
use crate::report::weight::Weight;

/// The names are speedscope's own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: String,
    active_profile_index: usize,
    exporter: String,
    shared: Shared,
    profiles: Vec<Profile>,
}

#[derive(Serialize)]
struct Shared {
    frames: Vec<Frame>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Frame {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    r#type: &'static str,
    name: String,
    unit: &'static str,
    start_value: i64,
    end_value: i64,
    /// Outermost first.
    samples: Vec<Vec<usize>>,
    weights: Vec<i64>,
}

pub(super) fn render(report: &Report, weight: Weight) -> Vec<u8> {
    let mut frames = Frames::default();
    let profiles = report.told();
    let profiles = profiles.map(|told| profile(&told, weight, &mut frames));
    let profiles = profiles.collect();
    json(&File {
        schema: "https://www.speedscope.app/file-format-schema.json",
        name: format!("memgate: {}", weight.words()),
        active_profile_index: 0,
        exporter: format!("memgate {}", env!("CARGO_PKG_VERSION")),
        shared: Shared {
            frames: frames.table,
        },
        profiles,
    })
}

/// What has shrunk has no width.
fn profile(told: &Told<'_>, weight: Weight, frames: &mut Frames) -> Profile {
    let sites = told.scenario.sites.iter();
    let weighed = sites.map(|site| (site, weight.of(told.scenario, site).bytes));
    let weighed = weighed.filter(|(_, bytes)| *bytes > 0);
    let (samples, weights): (Vec<_>, Vec<_>) = weighed
        .map(|(site, bytes)| (frames.stack(site), bytes))
        .unzip();
    Profile {
        r#type: "sampled",
        name: clean(&format!("{}: {}", told.name, weight.words())),
        unit: "bytes",
        start_value: 0,
        end_value: weights.iter().sum(),
        samples,
        weights,
    }
}

#[derive(Default)]
struct Frames {
    table: Vec<Frame>,
    numbers: BTreeMap<Frame, usize>,
}

impl Frames {
    fn stack(&mut self, site: &SiteReport) -> Vec<usize> {
        if site.stack.is_empty() {
            return vec![self.number(Frame {
                name: UNKNOWN.to_string(),
                file: None,
                line: None,
            })];
        }
        let outwards = site.stack.iter().rev();
        outwards.map(|place| self.number(frame(place))).collect()
    }

    fn number(&mut self, frame: Frame) -> usize {
        let next = self.table.len();
        let table = &mut self.table;
        *self.numbers.entry(frame).or_insert_with_key(|frame| {
            table.push(frame.clone());
            next
        })
    }
}

fn frame(place: &Place) -> Frame {
    Frame {
        name: clean(&place.function),
        file: place.file.as_deref().map(clean),
        line: place.line,
    }
}
