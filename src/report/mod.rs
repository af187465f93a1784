//! What is said of a run: one value, and one file for each form that it takes.

mod assemble;
mod failure;
mod json;
mod names;
mod notes;
mod sparkline;
mod value;

pub use self::assemble::{assemble, without_figures};
pub use self::failure::{Commands, failure};
pub use self::json::{ReportError, ReportFile};
pub use self::names::short_name;
pub use self::value::{
    Bound, Counted, Fault, FormerReport, InsideReport, MarkReport, MetricReport, Place,
    ProbeReport, ProbeValue, Report, ScenarioReport, SiteReport, SnapshotChange, SuiteReport,
    SurvivorsReport, VERSION, WrongFreeReport,
};
