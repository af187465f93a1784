//! `memgate schema`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

/// Print the JSON Schema of suite files, for editors that complete and check them, or of report.json.
#[derive(Args)]
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
    #[allow(clippy::print_stdout, reason = "it is what the command is for")]
    pub(super) fn run(self) -> ExitCode {
        let schema = match self.of {
            Subject::Suite => crate::suite::schema(),
            Subject::Report => crate::report::schema(),
        };
        let schema = serde_json::to_string_pretty(&schema).expect("a schema is a JSON value");
        println!("{schema}");
        ExitCode::SUCCESS
    }
}
