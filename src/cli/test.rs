//! `memgate test`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::Parser;
use libtest_mimic::Arguments;

use crate::harness::{Again, Harness, named_by_cargo};
use crate::report::shell_word;
use crate::run::Host;

/// Run suites, and fail if a module keeps more than they allow
///
/// Snapshots are kept in `snapshots/` below the current directory, the report in
/// `target/memgate/`.
///
/// What follows `--` goes to the test runner: `memgate test suites -- --list`
/// lists the scenarios, `memgate test -- --help` tells the rest.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Test {
    /// Suite files, and folders of them
    #[arg(value_name = "SUITE or FOLDER", default_value = "suites")]
    suites: Vec<PathBuf>,
    /// Take results of earlier runs where nothing changed
    ///
    /// A scenario is not run whose module, suite and memgate are
    /// those of an earlier run. Verdict, report and pending
    /// snapshots are those of a whole run. MEMGATE_REUSE=1 does
    /// the same. Results are kept in target/memgate/reuse.
    #[arg(long, verbatim_doc_comment)]
    reuse: bool,
    /// For the test runner: a filter, --exact, --list
    ///
    /// --test-threads N, and whatever else a test binary takes.
    #[arg(last = true, value_name = "LIBTEST ARGUMENTS")]
    libtest: Vec<String>,
}

impl Test {
    pub(super) fn run(self) -> ExitCode {
        let arguments = Arguments::parse_from(
            ["memgate test --".to_string()]
                .into_iter()
                .chain(self.libtest),
        );
        let suites: Vec<String> = self
            .suites
            .iter()
            .map(|suite| shell_word(&suite.display().to_string()))
            .collect();
        let command = format!("memgate test {} --", suites.join(" "));
        Harness {
            host: Host::default(),
            root: PathBuf::from("."),
            output: named_by_cargo(),
            suites: self.suites,
            arguments,
            again: Again::from_environment().unwrap_or(Again::Command(command)),
            refuse_empty_selection: true,
            reuse: self.reuse,
        }
        .run()
    }
}
