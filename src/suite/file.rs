//! A suite file's outermost level, as it is written.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::allocator::{self, NamedAllocator};
use super::fault::{Fault, Place};
use super::imports::{self, ImportsSchema, Stub};
use super::node::{Cursor, Node};
use super::probe::{self, Probe, ProbesSchema};
use super::scenario::Scenario;
use super::sites::{self, SitesEntry};
use super::source::LeftOut;
use super::{ModuleSource, Suite, folder, rules, scalar, thresholds};

/// What a WebAssembly module does, how long it then idles, and how much memory may stay.
#[derive(Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a suite, with a `module` and `scenarios`"
)]
#[schemars(title = "memgate suite", extend("oneOf" = [
    { "required": ["module"] },
    { "required": ["build"] },
]))]
pub(super) struct SuiteFile {
    /// The WebAssembly file under test, as it ships. The path is relative to the suite file.
    #[serde(default)]
    module: Option<PathBuf>,
    /// How the module is made, instead of `module`.
    #[serde(default)]
    build: Option<Build>,
    /// Functions that allocate and free, where memgate does not find them by itself. They count besides those that it finds.
    #[serde(default)]
    allocators: Vec<NamedAllocator>,
    /// How the module counts its allocations, where its compiler numbered the places that allocate. They are what is measured
    /// then, in place of allocators.
    #[serde(default)]
    sites: Option<SitesEntry>,
    /// Answers for functions that the module imports besides WASI, by `module.name`, or `module.*` for the others of a module:
    /// where any answer will do, no host is needed.
    #[serde(default, deserialize_with = "imports::stubs")]
    #[schemars(with = "ImportsSchema")]
    imports: Vec<Stub>,
    /// Numbers that the module tells of itself, by the names that `thresholds` know them by. They are read at the marks, and
    /// bounded as they are at idle end.
    #[serde(default, deserialize_with = "probe::probes")]
    #[schemars(with = "ProbesSchema", extend("propertyNames" = { "pattern": format!("^{}$", scalar::NAME) }))]
    probes: Vec<Probe>,
    /// The scenarios by name. Each is a trial of its own, `suite::scenario`, with a fresh instance of the module.
    #[serde(deserialize_with = "scenarios")]
    #[schemars(with = "BTreeMap<String, Scenario>", extend(
        "minProperties" = 1,
        "propertyNames" = { "pattern": format!("^{}$", scalar::NAME) },
    ))]
    scenarios: Vec<Scenario>,
}

/// How a module is made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `run` and `output`")]
struct Build {
    /// The command line, run in the suite file's folder.
    run: String,
    /// The WebAssembly file that it leaves. The path is relative to the suite file.
    output: PathBuf,
}

impl SuiteFile {
    /// Reads the bounds on probes, which have no unit before it is known what probes there are. What is wrong is left out.
    pub(super) fn read_probe_bounds(&mut self, root: &Node, left_out: &mut LeftOut) -> Vec<Fault> {
        let at = Cursor::root(root);
        let scenarios = at.get("scenarios");
        let written = at.find("probes").into_iter().flat_map(Cursor::entries);
        let is_right = |name: &str| self.probes.iter().any(|probe| probe.name == name);
        let wrong: Vec<&str> = written
            .filter_map(|entry| entry.key?.text())
            .filter(|name| !is_right(name))
            .collect();
        let mut faults = Vec::new();
        for scenario in &mut self.scenarios {
            let at = scenarios.find(&scenario.name);
            if let Some(at) = at.and_then(|at| at.find("thresholds")) {
                let bounds = &mut scenario.thresholds;
                faults.extend(thresholds::read_probes(
                    bounds,
                    &self.probes,
                    &wrong,
                    at,
                    left_out,
                ));
            }
        }
        faults
    }

    /// All that is wrong with a file of the right shape.
    ///
    /// Where entries were left out, rules about the whole would only tell what follows from that, so they are not asked.
    pub(super) fn check(&self, root: &Node, left_out: &LeftOut) -> Vec<Fault> {
        let is_sound = |node: &Node| !left_out.iter().any(|id| node.contains(*id));
        let at = Cursor::root(root);
        let scenarios = at.get("scenarios");
        let mut faults = Vec::new();
        if left_out.iter().all(|id| scenarios.node.contains(*id)) {
            faults.extend(self.check_source(at));
        }
        let allocators = at.get("allocators");
        if is_sound(allocators.node) {
            faults.extend(allocator::check(&self.allocators, allocators));
        }
        if let (Some(entry), Some(at)) = (&self.sites, at.find("sites"))
            && is_sound(at.node)
        {
            faults.extend(sites::check(entry, !self.allocators.is_empty(), at));
        }
        let imports = at.get("imports");
        if is_sound(imports.node) {
            faults.extend(imports::check(&self.imports, imports));
        }
        let probes = at.get("probes");
        if is_sound(probes.node) {
            faults.extend(probe::check(&self.probes, probes));
        }
        if scenarios.node.entries().is_empty() {
            faults.push(no_scenarios(scenarios));
        }
        for scenario in &self.scenarios {
            let at = scenarios.get(&scenario.name);
            if is_sound(at.node) {
                faults.extend(rules::check(scenario, self.sites.is_some(), at));
                faults.extend(probe::check_story(&self.probes, scenario, probes));
                if self.sites.is_some() {
                    faults.extend(sites::check_thresholds(scenario, at));
                }
            }
        }
        faults
    }

    fn check_source(&self, at: Cursor) -> Option<Fault> {
        match (&self.module, &self.build) {
            (Some(_), Some(_)) => Some(two_sources(at)),
            (None, None) => Some(no_source(at)),
            _ => None,
        }
    }

    pub(super) fn into_suite(self, name: String, path: &Path) -> Suite {
        let folder = folder(path);
        let module = match (self.module, self.build) {
            (_, Some(Build { run, output })) => ModuleSource::Build {
                run,
                output: folder.join(output),
            },
            (module, None) => ModuleSource::File(folder.join(module.unwrap_or_default())),
        };
        let sites = self.sites.map(Into::into);
        let mut scenarios = self.scenarios;
        for scenario in &mut scenarios {
            scenario.resolve(folder);
            scenario.probes.clone_from(&self.probes);
            scenario.sites.clone_from(&sites);
            scenario.imports.clone_from(&self.imports);
        }
        Suite {
            name,
            path: path.to_owned(),
            module,
            allocators: self.allocators,
            sites,
            scenarios,
        }
    }
}

/// Says where keys belong that stand beside `scenarios` instead of in one.
pub(super) fn explain_strays(root: &Node, faults: &mut [Fault]) {
    let schema = schema_for!(Scenario);
    let keys = schema.get("properties");
    let is_of_scenario = |word: &&str| keys.is_some_and(|keys| keys.get(word).is_some());
    for (key, _) in root.entries() {
        let Some(word) = key.text().filter(is_of_scenario) else {
            continue;
        };
        let unknown = faults
            .iter_mut()
            .find(|fault| fault.place == Place::Node(key.id));
        if let Some(fault) = unknown {
            let note = format!("`{word}` is a key of a scenario: put it below `scenarios: NAME:`");
            fault.notes.push(note);
        }
    }
}

fn two_sources(at: Cursor) -> Fault {
    let [module, build] = ["module", "build"].map(|name| at.get(name).key_place());
    Fault::at(module.max(build), "`module` and `build` exclude each other")
        .with_first(module.min(build))
        .with_note("either the module is there, or a command makes it")
}

fn no_source(at: Cursor) -> Fault {
    Fault::at(at.place(), "the suite names no module")
        .with_note("add `module: path/to/your.wasm`")
        .with_note("or `build: { run: \"command\", output: path/to/your.wasm }`")
}

fn no_scenarios(at: Cursor) -> Fault {
    Fault::at(at.key_place(), "the suite has no scenarios")
        .with_note("nothing would be measured: add a scenario, `name: { steps: [...] }`")
}

fn scenarios<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Scenario>, D::Error> {
    deserializer.deserialize_map(Scenarios)
}

/// `scenarios:`, a mapping from names to scenarios.
struct Scenarios;

impl<'de> Visitor<'de> for Scenarios {
    type Value = Vec<Scenario>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a mapping of names to scenarios")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<Scenario>, A::Error> {
        let mut scenarios = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            scenarios.push(Scenario {
                name,
                ..entries.next_value()?
            });
        }
        Ok(scenarios)
    }
}
