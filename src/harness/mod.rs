//! The harness: suites become trials, trials become an exit code.

mod accepted;
mod compare;
mod compared;
mod diff;
mod exports;
mod faults;
mod frees;
mod gate;
mod given;
mod init;
pub(crate) mod kinds;
mod lifecycle;
mod losses;
mod modules;
mod next;
mod numbered;
mod places;
mod profile;
mod progress;
mod reuse;
mod roots;
mod say;
mod today;
mod trials;
mod types;
mod unheard;
mod verbs;
mod verdicts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use libtest_mimic::{Arguments, FormatSetting};

use crate::report::FaultKind;

pub(crate) use self::compare::Compare;
pub(crate) use self::compared::Format;
pub(crate) use self::diff::Diff;
use self::gate::Gate;
pub(crate) use self::init::Init;
pub(crate) use self::profile::{Mapped, Profile, Story};
use self::reuse::asked_for;
pub(crate) use self::say::{broken, broken_by, note, say, say_with};
use self::trials::Trials;
use crate::run::{Host, Imports};

/// Runs the suites of a crate as trials: all of `tests/memory.rs` is `fn main() -> std::process::ExitCode { memgate::harness() }`,
/// with `harness = false` in `Cargo.toml`.
///
/// Suites are the YAML files in `suites/`, snapshots are kept in `snapshots/`, both below the current directory, which cargo
/// and nextest set to the package's folder. Arguments are those of libtest. The exit code is 0 if everything passed, 1 if
/// there is a regression, 2 if the gate broke.
///
/// With `MEMGATE_REUSE=1` a scenario is not run whose module, suite and test binary are those of an earlier run: that one's result
/// is taken for it, from `target/memgate/reuse/`.
pub fn harness() -> ExitCode {
    of_crate(Host::default())
}

/// As [`harness`], for modules that import functions of a host of yours besides WASI.
///
/// `imports` is called for each instance, so that what one run left behind does not show in the next. A host that looks at a
/// clock or at chance of its own makes runs differ: [`HostedGuest::now`](crate::HostedGuest::now) is the virtual time.
///
/// ```no_run
/// use memgate::{Imports, Value};
///
/// fn main() -> std::process::ExitCode {
///     memgate::harness_with(|| {
///         Imports::new()
///             .function("page.width", |_, _| Ok(vec![Value::I32(1024)]))
///             .function("page.title", |guest, arguments| {
///                 let title = guest.call("obtain", &[Value::I32(6)])?;
///                 let at = title[0].address().ok_or("no address")?;
///                 let place = guest.memory()?.get_mut(at..at + 6).ok_or("out of memory")?;
///                 place.copy_from_slice(b"title\0");
///                 Ok(title)
///             })
///     })
/// }
/// ```
pub fn harness_with(imports: impl Fn() -> Imports + Send + Sync + 'static) -> ExitCode {
    of_crate(Host::new(imports))
}

/// The suites of the crate whose test this binary is.
fn of_crate(host: Host) -> ExitCode {
    Harness {
        host,
        suites: vec![PathBuf::from("suites")],
        root: PathBuf::from("."),
        output: built_in().or_else(named_by_cargo),
        arguments: Arguments::from_args(),
        again: Again::from_environment().unwrap_or(Again::CargoTest),
        refuse_empty_selection: false,
        reuse: false,
    }
    .run()
}

/// Which suites are run, and how.
pub(crate) struct Harness {
    /// Who provides what modules import besides WASI.
    pub(crate) host: Host,
    /// The folder that holds `snapshots/`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, in which the report and what was compiled are kept; `target` below `root` if there is none.
    pub(crate) output: Option<PathBuf>,
    /// Suite files, and folders of them.
    pub(crate) suites: Vec<PathBuf>,
    /// libtest's arguments.
    pub(crate) arguments: Arguments,
    /// How a reader runs one scenario again.
    pub(crate) again: Again,
    /// Whether a filter that matches nothing is an error. `cargo test FILTER` runs every test binary with the same filter, so
    /// there it is none.
    pub(crate) refuse_empty_selection: bool,
    /// Whether results of earlier runs count, as they do where the environment says so.
    pub(crate) reuse: bool,
}

/// The command that runs one scenario again.
#[derive(Clone, Debug)]
pub(crate) enum Again {
    /// This test binary, by cargo.
    CargoTest,
    /// `memgate test`, or what stands for it.
    Command(String),
}

impl Again {
    /// The variable in which a wrapper such as `cargo xtask test-memory` says how it is called.
    const VARIABLE: &str = "MEMGATE_COMMAND";

    pub(crate) fn from_environment() -> Option<Again> {
        let command = std::env::var(Again::VARIABLE).ok();
        command
            .filter(|command| !command.is_empty())
            .map(Again::Command)
    }
}

impl Harness {
    pub(crate) fn run(self) -> ExitCode {
        let trials = match Trials::find(&self) {
            Ok(trials) => trials,
            Err(error) => return broken_by(error.kind(), &error.to_string()),
        };
        if self.arguments.list {
            return match unheard::run(&self.arguments, || trials.names_only()) {
                Ok(listed) => listed.exit_code(),
                Err(cause) => broken(cause),
            };
        }
        let target = self.output.clone().unwrap_or(self.root.join("target"));
        let today = match today::today() {
            Ok(today) => today,
            Err(cause) => return broken(&cause),
        };
        let reuses = match asked_for() {
            Ok(wanted) => wanted || self.reuse,
            Err(cause) => return broken(&cause),
        };
        let output = target.join("memgate");
        let gate = match Gate::new(&self.root, &output, self.has_threads(), today) {
            Ok(gate) => gate.with_host(self.host.clone()),
            Err(error) => return broken(&error.to_string()),
        };
        let gate = match self.arguments.format {
            Some(FormatSetting::Json) => gate.plain(),
            _ => gate,
        };
        let gate = Arc::new(match reuses {
            true => gate.reusing(&output),
            false => gate,
        });
        let conclusion = unheard::run(&self.arguments, || trials.bound_to(&gate, &self.again));
        let verdict = gate.finish();
        let conclusion = match conclusion {
            Ok(conclusion) => conclusion,
            Err(cause) => return broken(cause),
        };
        if let Some(told) = gate.told_of_reuse() {
            note(&told);
        }
        if conclusion.num_failed > gate.failures() {
            return broken("a trial failed without a verdict, which is a fault of memgate's own");
        }
        verdict.unwrap_or_else(|error| broken_by(FaultKind::ReportUnwritable, &error.to_string()))
    }

    /// Whether libtest runs trials beside each other.
    fn has_threads(&self) -> bool {
        let threads = self.arguments.test_threads;
        threads.or_else(|| Some(thread::available_parallelism().ok()?.get())) > Some(1)
    }
}

/// The target folder in which cargo built this binary. It is surer than the variable, which may be relative to another folder.
fn built_in() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let is_target = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    executable
        .ancestors()
        .find(is_target)
        .map(Path::to_path_buf)
}

/// The target folder that whoever calls has chosen.
pub(crate) fn named_by_cargo() -> Option<PathBuf> {
    std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from)
}
