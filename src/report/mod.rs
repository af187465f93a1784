//! What is said of a run: one value, and one file for each form that it takes.

mod assemble;
mod comparison;
mod difference;
mod failure;
mod fault_kind;
mod format;
pub mod github;
mod html;
mod json;
mod merge;
mod names;
mod notes;
mod output;
mod parts;
mod profile;
mod run;
mod saved;
mod schema;
mod shell;
mod sparkline;
mod survey;
mod value;
mod weight;

pub use self::assemble::{assemble, without_figures};
pub use self::comparison::{
    Sides, comparison, comparison_table, missing, no_comparison, null_test, verbatim,
};
pub use self::difference::{
    Change, Difference, Figures, MetricDifference, SiteDifference, difference, unequal_parts,
};
pub use self::failure::{Commands, failure, styled_failure, unreadable_suite, without_styles};
pub(crate) use self::failure::{counted, text_rows};
pub use self::fault_kind::FaultKind;
pub use self::format::{Format, FormatError, file_names};
pub use self::json::ReportFile;
pub use self::merge::{MergeError, merge};
pub use self::names::{own_frames, short_name};
pub use self::output::{OutputError, write};
pub use self::profile::{ProfileText, profile};
pub use self::saved::{LoadError, load};
pub use self::schema::schema;
pub(crate) use self::shell::shell_word;
pub use self::survey::{
    HeldReport, HolderReport, LossesReport, RootReport, SiteSurveyReport, SurveyReport,
};
pub use self::value::{
    AllowanceReport, AllowanceStanding, Bound, ClassReport, Counted, Fault, FormerReport,
    InsideReport, LevelReport, MarkReport, MetricReport, OrderReport, Place, ProbeReport,
    ProbeValue, Relative, Report, ScenarioReport, SiteReport, SnapshotChange, SuiteReport,
    SurvivorsReport, VERSION, WrongFreeReport,
};
pub use self::weight::Weight;
