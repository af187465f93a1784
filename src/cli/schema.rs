//! `memgate schema`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::harness::say;

/// Print the JSON Schema of suite files, for editors
///
/// They complete and check suites by it. Or print that of report.json.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Schema {
    /// Of what
    #[arg(value_enum, default_value_t = Subject::Suite)]
    of: Subject,
}

#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// Suite files
    Suite,
    /// report.json
    Report,
}

impl Schema {
    pub(super) fn run(self) -> ExitCode {
        let schema = match self.of {
            Subject::Suite => crate::suite::schema(),
            Subject::Report => crate::report::schema(),
        };
        let schema = serde_json::to_string_pretty(&schema).expect("a schema is a JSON value");
        say(&(schema + "\n"))
    }
}
