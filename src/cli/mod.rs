//! The command line: one file a subcommand.

mod compare;
mod github;
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
    Github(github::Github),
    Schema(schema::Schema),
}

/// Runs the command line. Exit codes: 0 pass, 1 regression or difference, 2 the gate broke, wrong usage included.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Test(test) => test.run(),
        Command::Compare(compare) => compare.run(),
        Command::Github(github) => github.run(),
        Command::Schema(schema) => schema.run(),
    }
}
