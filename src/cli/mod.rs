//! The command line: one file a subcommand.

mod compare;
mod merge;
mod report;
mod schema;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The memory gate for WebAssembly.
#[derive(Parser)]
#[command(name = "memgate", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(test::Test),
    Compare(compare::Compare),
    Report(report::Report),
    Schema(schema::Schema),
}

/// Runs the command line. Exit codes: 0 pass, 1 regression or difference, 2 the gate broke, wrong usage included.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Test(test) => test.run(),
        Command::Compare(compare) => compare.run(),
        Command::Report(report) => report.run(),
        Command::Schema(schema) => schema.run(),
    }
}
