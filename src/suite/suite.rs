//! One suite file, from its text to a value that can be run.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::decode::{Decoded, decode};
use super::error::SuiteErrors;
use super::fault::{Fault, Place};
use super::node::{Cursor, Kind, Node};
use super::scalar;
use super::scenario::Scenario;
use super::{rules, yaml};

/// One YAML file: a module and its scenarios.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file's stem; the first half of a trial's name.
    pub name: String,
    /// The file itself.
    pub path: PathBuf,
    /// The module under test.
    pub module: ModuleSource,
    /// The scenarios, in the order of the file.
    pub scenarios: Vec<Scenario>,
}

/// Where the module comes from. Paths are resolved against the suite file's folder.
#[derive(Clone, Debug)]
pub enum ModuleSource {
    /// `module:`, a file that is there.
    File(PathBuf),
    /// `build:`, a file that a command makes.
    Build {
        /// The command line, run in the suite file's folder.
        run: String,
        /// The file that it leaves.
        output: PathBuf,
    },
}

/// Reads a suite, or tells all that is wrong with it. No other file is looked at.
pub fn load(path: &Path) -> Result<Suite, SuiteErrors> {
    let name = suite_name(path);
    if !scalar::is_name(&name) {
        let message = format!("`{name}` cannot be the name of a suite, rename the file");
        let note = "accepted: letters, digits, `_` and `-`".to_owned();
        return Err(SuiteErrors::unreadable(path, message, vec![note]));
    }
    let text = read(path)?;
    let (file, faults) = understand(&text);
    match file {
        Some(file) if faults.is_empty() => Ok(file.into_suite(name, path)),
        _ => Err(SuiteErrors::new(path, &text, faults)),
    }
}

/// The name of the suite in that file: the file's stem.
pub fn suite_name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl Suite {
    /// The folder that the suite's paths are relative to, and in which its module is built.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn read(path: &Path) -> Result<String, SuiteErrors> {
    /// Suites are written by people.
    const MAX_BYTES: usize = 256 * 1024;
    let unreadable = |why: &str| {
        SuiteErrors::unreadable(path, format!("failed to read the suite: {why}"), Vec::new())
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(_) if path.is_dir() => return Err(unreadable("it is a folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(unreadable("there is no such file"));
        }
        Err(error) => return Err(unreadable(&error.to_string())),
    };
    if bytes.len() > MAX_BYTES {
        return Err(unreadable("it is larger than 256 KB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        unreadable(&format!("it is not UTF-8 from byte {valid} on"))
    })
}

/// Everything between the text and the suite; the file is there even with faults, as far as it could be understood.
pub(super) fn understand(text: &str) -> (Option<SuiteFile>, Vec<Fault>) {
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(fault) => return (None, vec![fault]),
    };
    if let Kind::Null = root.kind {
        let fault = Fault::new(Place::File, "the suite is empty");
        return (
            None,
            vec![fault.with_note("a suite has a `module` and `scenarios`")],
        );
    }
    let Decoded {
        value,
        mut faults,
        left_out,
    } = decode::<SuiteFile>(&root);
    if let Some(file) = &value {
        faults.extend(file.check(&root, &left_out));
    }
    (value, faults)
}

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
    fn check(&self, root: &Node, left_out: &super::decode::LeftOut) -> Vec<Fault> {
        let at = Cursor::root(root);
        let top_is_sound = left_out
            .iter()
            .all(|id| at.get("scenarios").node.contains(*id));
        let mut faults = Vec::new();
        if top_is_sound {
            faults.extend(self.check_source(at));
        }
        let at = at.get("scenarios");
        if at.node.entries().is_empty() {
            let fault = Fault::at(at.key_place(), "the suite has no scenarios");
            faults.push(
                fault.with_note(
                    "nothing would be measured: add a scenario, `name: { steps: [...] }`",
                ),
            );
        }
        for scenario in &self.scenarios {
            // Where parts were left out, rules about the whole would only tell what follows from that.
            let at = at.get(&scenario.name);
            if !left_out.iter().any(|id| at.node.contains(*id)) {
                faults.extend(rules::check(scenario, at));
            }
        }
        faults
    }

    fn check_source(&self, at: Cursor) -> Option<Fault> {
        match (&self.module, &self.build) {
            (Some(_), Some(_)) => {
                let [module, build] = ["module", "build"].map(|name| at.get(name).key_place());
                let message = "`module` and `build` exclude each other";
                let fault = Fault::at(module.max(build), message).with_first(module.min(build));
                Some(fault.with_note("either the module is there, or a command makes it"))
            }
            (None, None) => Some(
                Fault::at(at.place(), "the suite names no module")
                    .with_note("add `module: path/to/your.wasm`")
                    .with_note("or `build: { run: \"command\", output: path/to/your.wasm }`"),
            ),
            _ => None,
        }
    }

    fn into_suite(self, name: String, path: &Path) -> Suite {
        let folder = folder(path);
        let module = match (self.module, self.build) {
            (_, Some(build)) => ModuleSource::Build {
                run: build.run,
                output: folder.join(build.output),
            },
            (module, None) => ModuleSource::File(folder.join(module.unwrap_or_default())),
        };
        let mut scenarios = self.scenarios;
        scenarios
            .iter_mut()
            .for_each(|scenario| scenario.resolve(folder));
        Suite {
            name,
            path: path.to_owned(),
            module,
            scenarios,
        }
    }
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
