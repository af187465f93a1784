//! `memgate schema`

use std::process::ExitCode;

use clap::Args;

use crate::harness::say;

/// Print the JSON Schema of suite files, for editors
///
/// They complete and check suites by it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> ExitCode {
        let schema = serde_json::to_string_pretty(&crate::suite::schema())
            .expect("a schema is a JSON value");
        say(&(schema + "\n"))
    }
}
