//! `sites:`, how a build counts its allocations whose compiler numbered the places that allocate.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::fault::Fault;
use super::metric::Metric;
use super::node::Cursor;
use super::scenario::Scenario;

/// The allocation sites of a build whose compiler numbered them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilerSites {
    /// How memgate learns of the allocations.
    pub counted: CountedBy,
    /// The exported global that holds the address of the sites' names: one pointer each, to bytes that end with a zero.
    pub names: Option<String>,
    /// How many counters there are. The last one is that of all sites beyond.
    pub capacity: u32,
}

/// Who counts the allocations of each site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountedBy {
    /// memgate, since the module calls this import, `module.name`, with the site and the size of each allocation.
    Import(String),
    /// The module, in tables; exported globals hold their addresses.
    Tables {
        /// How often each site allocated: one u32 each, which stops at its largest value.
        counts: String,
        /// How many bytes that were.
        sizes: String,
        /// Whether the sizes are u64, or u32.
        wide: bool,
    },
}

/// More counters than any compiler keeps; they are read at every mark.
const MOST_SITES: u32 = 1 << 20;

/// The entry as it is written.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping with `import`, or with `counts` and `sizes`"
)]
#[schemars(extend("oneOf" = [
    { "required": ["import"] },
    { "required": ["counts", "sizes"] },
]))]
pub(super) struct SitesEntry {
    /// The function that the module calls with a site's number and a size for every allocation, such as `env.logAlloc`.
    #[serde(default)]
    import: Option<String>,
    /// The table of how often each site allocated, instead of `import`: the exported global that holds its address.
    #[serde(default)]
    counts: Option<String>,
    /// The table of how many bytes those were.
    #[serde(default)]
    sizes: Option<String>,
    /// What the table of bytes is made of, `u64` (the default) or `u32`. That of counts is of `u32`.
    #[serde(default = "wide", deserialize_with = "is_wide")]
    #[schemars(with = "String", extend("enum" = ["u64", "u32"], "default" = "u64"))]
    size_type: bool,
    /// The table of the sites' names, each a pointer to bytes that end with a zero.
    #[serde(default)]
    names: Option<String>,
    /// How many counters there are; 8192 by default. The last one is that of all sites beyond.
    #[serde(default = "capacity")]
    #[schemars(range(min = 2, max = MOST_SITES))]
    capacity: u32,
}

fn wide() -> bool {
    true
}

fn is_wide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "u64" => Ok(true),
        "u32" => Ok(false),
        other => Err(D::Error::custom(format!(
            "unknown type `{other}`\naccepted: u64, u32"
        ))),
    }
}

fn capacity() -> u32 {
    8192
}

impl From<SitesEntry> for CompilerSites {
    fn from(entry: SitesEntry) -> CompilerSites {
        let counted = match entry.import {
            Some(import) => CountedBy::Import(import),
            None => CountedBy::Tables {
                counts: entry.counts.unwrap_or_default(),
                sizes: entry.sizes.unwrap_or_default(),
                wide: entry.size_type,
            },
        };
        CompilerSites {
            counted,
            names: entry.names,
            capacity: entry.capacity,
        }
    }
}

/// All that is wrong with the entry, `at` being its place in the file.
pub(super) fn check(entry: &SitesEntry, has_allocators: bool, at: Cursor) -> Vec<Fault> {
    let mut faults = Vec::new();
    if has_allocators {
        let message = "`sites` and `allocators` exclude each other";
        faults.push(Fault::at(at.key_place(), message).with_note(
            "the compiler's sites count all that the module allocates, or memgate counts its allocators",
        ));
    }
    faults.extend(check_source(entry, at));
    if let Some(import) = &entry.import
        && !import.trim_matches('.').contains('.')
    {
        let fault = Fault::at(
            at.get("import").place(),
            format!("`{import}` is not the name of an import"),
        );
        faults.push(fault.with_note("accepted: a module and a function, such as `env.logAlloc`"));
    }
    if !(2..=MOST_SITES).contains(&entry.capacity) {
        let extent = if entry.capacity < 2 { "small" } else { "large" };
        let message = format!("`capacity: {}` is too {extent}", entry.capacity);
        let fault = Fault::at(at.get("capacity").place(), message);
        faults.push(fault.with_note(format!("accepted: 2 to {MOST_SITES}")));
    }
    faults
}

fn check_source(entry: &SitesEntry, at: Cursor) -> Option<Fault> {
    let of_tables = ["counts", "sizes", "size_type"];
    let mut given = of_tables
        .into_iter()
        .filter_map(|name| Some((name, at.find(name)?)));
    match (&entry.import, &entry.counts, &entry.sizes) {
        (Some(_), _, _) => {
            let (name, table) = given.next()?;
            let import = at.get("import").key_place();
            let message = format!("`{name}` and `import` exclude each other");
            let (first, second) = (import.min(table.key_place()), import.max(table.key_place()));
            let fault = Fault::at(second, message).with_first(first);
            Some(fault.with_note("either the module tells of its allocations, or it counts them"))
        }
        (None, Some(_), Some(_)) => None,
        (None, None, None) => Some(
            Fault::at(at.key_place(), "nothing says how the sites are counted")
                .with_note(
                    "add `import: env.logAlloc`, which the module calls for every allocation",
                )
                .with_note("or `counts` and `sizes`, tables that the module exports"),
        ),
        (None, Some(_), None) => Some(no_table("sizes", at)),
        (None, None, Some(_)) => Some(no_table("counts", at)),
    }
}

fn no_table(name: &str, at: Cursor) -> Fault {
    let message = format!("the table of `{name}` is missing");
    Fault::at(at.key_place(), message).with_note("a site has a count and a size")
}

/// What counters do not tell, `at` being the place of the scenario.
pub(super) fn check_thresholds(scenario: &Scenario, at: Cursor) -> Vec<Fault> {
    let at = at.get("thresholds");
    let metrics = scenario
        .thresholds
        .iter()
        .map(|threshold| &threshold.metric);
    let unknown = metrics.filter(|metric| metric.needs_blocks());
    let fault = |metric: &Metric| {
        let message = format!(
            "`{metric}` cannot be measured: with `sites` memgate sees counters, not single blocks"
        );
        let place = at.walk(&metric.name()).key_place();
        Fault::at(place, message).with_note("leave it out, or bound `total` or `memory`")
    };
    unknown.map(fault).collect()
}
