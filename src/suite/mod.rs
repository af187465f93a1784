//! The suite file: what a module does, how long it idles, how much memory may stay.
//!
//! [`discover`] finds suite files, [`load`] reads one, or tells all that is wrong with it at once. On the way a text becomes a
//! tree of nodes (`yaml`), the tree becomes typed values (`decode`), and what no type can forbid is checked on these
//! (`rules`, `bounds`). Every fault knows its node, and becomes an excerpt of the text at the very end (`error`).

mod bounds;
mod decode;
mod discover;
mod error;
mod fault;
mod format;
mod metric;
mod node;
mod rules;
mod scalar;
mod scenario;
mod schema;
mod source;
mod step;
mod stop;
mod suite;
#[cfg(test)]
mod tests;
mod threshold;
mod units;
mod yaml;

pub use self::discover::{DiscoverError, discover};
pub use self::error::{SuiteError, SuiteErrors};
pub use self::format::{format_bytes, format_duration, format_exact_bytes};
pub use self::metric::{Metric, UnknownMetric};
pub use self::scenario::{Idle, Limits, Marks, Scenario, SnapshotOptions, Tick};
pub use self::schema::schema;
pub use self::step::{Argument, Call, Command, Content, Step};
pub use self::suite::{ModuleSource, Suite, load, suite_name};
pub use self::threshold::{Comparison, Threshold};
pub use self::units::Unit;
