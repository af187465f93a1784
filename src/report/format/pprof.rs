//! A heap profile for pprof: what was allocated, and what is in use, of all scenarios; a label tells which.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::{Compression, GzBuilder};
use prost::Message;

use super::profile::{Function, Label, Line, Location, Mapping, Profile, Sample, ValueType};
use super::text::{UNKNOWN, clean};
use crate::report::value::{Place, Report, ScenarioReport, SiteReport};
use crate::report::weight::Weight;

/// In the order in which Go's heap profiles have them. What is in use is what sites weigh.
const SAMPLE_TYPES: [(&str, &str); 4] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
];

pub(super) fn render(report: &Report, weight: Weight) -> Vec<u8> {
    let mut builder = Builder::default();
    for told in report.told() {
        builder.scenario(&told.name, told.scenario, weight);
    }
    compressed(&builder.finish(weight).encode_to_vec())
}

/// Without a time or a system's name in it, so that the same report gives the same bytes.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    const UNKNOWN_SYSTEM: u8 = 255;
    let gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
    let mut encoder = gzip.write(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes every byte")
}

#[derive(Default)]
struct Builder {
    profile: Profile,
    strings: BTreeMap<String, i64>,
    mappings: BTreeMap<String, u64>,
    /// By name and file.
    functions: BTreeMap<(i64, i64), u64>,
    /// By mapping and lines.
    locations: BTreeMap<(u64, Vec<(u64, i64)>), u64>,
}

impl Builder {
    fn scenario(&mut self, name: &str, scenario: &ScenarioReport, weight: Weight) {
        let mapping = self.mapping(&clean(&scenario.module));
        let name = self.label("scenario", name);
        for site in &scenario.sites {
            let (total, in_use) = (site.total, weight.of(scenario, site));
            let class = site.class.as_ref();
            let class = class.map(|class| self.label("class", &class.name));
            let sample = Sample {
                location_id: self.stack(mapping, site),
                value: vec![total.blocks, total.bytes, in_use.blocks, in_use.bytes],
                label: [Some(name), class].into_iter().flatten().collect(),
            };
            self.profile.sample.push(sample);
        }
    }

    fn finish(mut self, weight: Weight) -> Profile {
        // Also where nothing else was named.
        self.string("");
        let value_types = SAMPLE_TYPES.map(|(name, unit)| ValueType {
            r#type: self.string(name),
            unit: self.string(unit),
        });
        self.profile.sample_type = value_types.to_vec();
        // Every allocation counts: one of each.
        self.profile.period_type = Some(ValueType {
            r#type: self.string("space"),
            unit: self.string("bytes"),
        });
        self.profile.period = 1;
        self.profile.default_sample_type = self.string("inuse_space");
        let comment = format!("in use: {}", weight.words());
        self.profile.comment = vec![self.string(&comment)];
        self.profile
    }

    fn label(&mut self, key: &str, value: &str) -> Label {
        Label {
            key: self.string(key),
            str: self.string(&clean(value)),
        }
    }

    fn stack(&mut self, mapping: u64, site: &SiteReport) -> Vec<u64> {
        if site.stack.is_empty() {
            let function = self.function(UNKNOWN, None);
            return vec![self.location(mapping, vec![(function, 0)])];
        }
        // A function, and before it what was inlined into it.
        let whole = site.stack.split_inclusive(|place| !place.inlined);
        whole
            .map(|places| {
                let lines = places.iter().map(|place| self.line(place)).collect();
                self.location(mapping, lines)
            })
            .collect()
    }

    fn line(&mut self, place: &Place) -> (u64, i64) {
        let file = place.file.as_deref().map(clean);
        let function = self.function(&clean(&place.function), file.as_deref());
        (function, place.line.unwrap_or(0).into())
    }

    fn location(&mut self, mapping_id: u64, lines: Vec<(u64, i64)>) -> u64 {
        let next = self.locations.len() as u64 + 1;
        let key = (mapping_id, lines);
        if let Some(id) = self.locations.get(&key) {
            return *id;
        }
        let line = |(function_id, line): &(u64, i64)| Line {
            function_id: *function_id,
            line: *line,
        };
        self.profile.location.push(Location {
            id: next,
            mapping_id,
            line: key.1.iter().map(line).collect(),
        });
        self.locations.insert(key, next);
        next
    }

    fn function(&mut self, name: &str, file: Option<&str>) -> u64 {
        let (name, filename) = (self.string(name), self.string(file.unwrap_or_default()));
        let next = self.functions.len() as u64 + 1;
        let functions = &mut self.profile.function;
        *self.functions.entry((name, filename)).or_insert_with(|| {
            functions.push(Function {
                id: next,
                name,
                system_name: name,
                filename,
            });
            next
        })
    }

    fn mapping(&mut self, module: &str) -> u64 {
        let filename = self.string(module);
        let next = self.mappings.len() as u64 + 1;
        let mappings = &mut self.profile.mapping;
        // All is known that pprof would look up in the file.
        *self.mappings.entry(module.to_string()).or_insert_with(|| {
            mappings.push(Mapping {
                id: next,
                filename,
                has_functions: true,
                has_filenames: true,
                has_line_numbers: true,
                has_inline_frames: true,
            });
            next
        })
    }

    fn string(&mut self, text: &str) -> i64 {
        let table = &mut self.profile.string_table;
        if table.is_empty() {
            table.push(String::new());
            self.strings.insert(String::new(), 0);
        }
        if let Some(number) = self.strings.get(text) {
            return *number;
        }
        let number = table.len() as i64;
        table.push(text.to_string());
        self.strings.insert(text.to_string(), number);
        number
    }
}
