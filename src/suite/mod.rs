//! The suite file: what a module does, how long it idles, how much memory may stay.
//!
//! [`discover`] finds suite files, [`load`] reads one, or tells all that is wrong with it at once. On the way a text becomes a
//! tree of nodes (`yaml`), the tree becomes typed values (`decode`), and what no type can forbid is checked on these
//! (`rules`, `bounds`). Every fault knows its node, and becomes an excerpt of the text at the very end (`error`).

mod allocator;
mod allowance;
mod bounds;
mod call_text;
mod contradictions;
mod date;
mod decode;
mod discover;
mod error;
mod examples;
mod fault;
mod file;
mod format;
mod imports;
mod lifecycle;
mod load;
mod margin;
mod metric;
mod node;
mod order;
mod probe;
mod quiet_mark;
mod rules;
mod scalar;
mod scenario;
mod schema;
mod site_pattern;
mod sites;
mod source;
mod step;
mod stop;
#[cfg(test)]
mod tests;
mod threshold;
mod thresholds;
mod units;
mod yaml;

use std::path::{Path, PathBuf};

pub use self::allocator::NamedAllocator;
pub use self::allowance::{Allowance, Ceiling};
pub use self::call_text::InvalidCall;
pub use self::date::{Date, InvalidDate};
pub use self::discover::{DiscoverError, discover};
pub use self::error::{SuiteError, SuiteErrors};
pub use self::format::{format_bytes, format_duration, format_exact_bytes, group_digits};
pub use self::imports::{Answer, Stub, StubNumber};
pub use self::lifecycle::Lifecycle;
pub use self::load::{load, read};
pub use self::margin::Margin;
pub use self::metric::{Lost, Metric, OfPhase, OfSite, Phase, UnknownMetric};
pub use self::order::Order;
pub(crate) use self::probe::SEAL;
pub use self::probe::{Base, Number, Probe, ProbeSource, Since, StringForm};
pub use self::quiet_mark::QuietMark;
pub(crate) use self::scalar::is_name;
pub use self::scenario::{Idle, Limits, Marks, Scenario, SnapshotOptions, Tick};
pub use self::schema::schema;
pub use self::site_pattern::SitePattern;
pub use self::sites::{CompilerSites, CountedBy};
pub use self::step::{Argument, Call, Command, Content, Step};
pub use self::threshold::{Comparison, Limit, Threshold};
pub use self::units::Unit;
pub(crate) use self::units::{parse_bytes, parse_duration};

/// One YAML file: a module and its scenarios.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file's stem; the first half of a trial's name.
    pub name: String,
    /// The file itself.
    pub path: PathBuf,
    /// The module under test.
    pub module: ModuleSource,
    /// Functions that allocate and free, besides those that memgate finds by itself.
    pub allocators: Vec<NamedAllocator>,
    /// Sites that the module's compiler numbered; they are what is counted, then.
    pub sites: Option<CompilerSites>,
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

impl Suite {
    /// The folder that the suite's paths are relative to, and in which its module is built.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }
}

/// The name of the suite in that file: the file's stem.
pub fn suite_name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
