//! `memgate schema`

use std::process::ExitCode;

use clap::Args;

/// Print the JSON Schema of suite files, for editors that complete and check them.
#[derive(Args)]
pub(super) struct Schema {}

impl Schema {
    #[allow(clippy::print_stdout, reason = "it is what the command is for")]
    pub(super) fn run(self) -> ExitCode {
        let schema = serde_json::to_string_pretty(&crate::suite::schema())
            .expect("a schema is a JSON value");
        println!("{schema}");
        ExitCode::SUCCESS
    }
}
