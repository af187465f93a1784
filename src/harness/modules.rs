//! Modules, made ready once a process: built, read, instrumented, compiled.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::faults::broken;
use super::progress::Progress;
use super::roots::KnownRoots;
use crate::instrument::{instrument, without_allocators};
use crate::module::{GivenAllocator, Module};
use crate::report::Fault;
use crate::run::{Compiled, Engine, Host};
use crate::suite::{ModuleSource, NamedAllocator, Suite};

/// A module that scenarios can be told to.
pub(super) struct Prepared {
    /// As it ships, for names and lines.
    pub(super) module: Module,
    pub(super) compiled: Compiled,
    pub(super) roots: KnownRoots,
}

/// What every scenario of a module shares, the reason included why there is nothing.
type Shared = Arc<OnceLock<Result<Prepared, Fault>>>;

/// What sets two modules apart: their files, what suites say of their allocators, and whether they count by themselves.
type Key = (PathBuf, Vec<NamedAllocator>, bool);

/// The modules of this process.
#[derive(Default)]
pub(super) struct Modules {
    ready: Mutex<HashMap<Key, Shared>>,
    /// Who provides what they import besides WASI.
    host: Host,
}

impl Modules {
    pub(super) fn of_host(host: Host) -> Modules {
        Modules {
            host,
            ..Modules::default()
        }
    }

    /// The module of a suite. Whoever comes first makes it ready, the others wait.
    pub(super) fn prepare(&self, suite: &Suite, engine: &Engine, progress: &Progress) -> Shared {
        let shared = {
            let mut modules = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            modules
                .entry((
                    file(suite).to_path_buf(),
                    suite.allocators.clone(),
                    suite.sites.is_some(),
                ))
                .or_default()
                .clone()
        };
        shared.get_or_init(|| prepare(suite, engine, &self.host, progress));
        shared
    }
}

/// The file that a suite's module is in, or will be.
pub(super) fn file(suite: &Suite) -> &Path {
    match &suite.module {
        ModuleSource::File(path) => path,
        ModuleSource::Build { output, .. } => output,
    }
}

/// The module as reports name it.
pub(super) fn name(suite: &Suite) -> String {
    file(suite)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn prepare(
    suite: &Suite,
    engine: &Engine,
    host: &Host,
    progress: &Progress,
) -> Result<Prepared, Fault> {
    let name = name(suite);
    if let ModuleSource::Build { run, .. } = &suite.module {
        let _activity = progress.begin(format!("building {name}: {run}"));
        build(run, suite.folder())?;
    }
    let _activity = progress.begin(format!("instrumenting and compiling {name}"));
    let module =
        Module::load(file(suite)).map_err(|error| broken("the module cannot be read", error))?;
    let given: Vec<GivenAllocator> = suite.allocators.iter().map(Into::into).collect();
    let module = module
        .with_allocators(&given)
        .map_err(|error| broken("the module cannot be measured", error))?;
    let rewrite = match suite.sites {
        Some(_) => without_allocators,
        None => instrument,
    };
    let instrumented =
        rewrite(&module).map_err(|error| broken("the module cannot be measured", error))?;
    let compiled = engine
        .compile(&name, instrumented)
        .map_err(|error| broken("the module cannot be compiled", error))?
        .with_host(host.clone());
    let roots = KnownRoots::of(&module);
    Ok(Prepared {
        module,
        compiled,
        roots,
    })
}

/// Runs a suite's build command in the suite's folder.
fn build(command: &str, folder: &Path) -> Result<(), Fault> {
    let failed = |cause: String| {
        broken(
            "the module cannot be built",
            format!("$ {command}\n{cause}"),
        )
    };
    let output = shell(command)
        .current_dir(folder)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(shown(&output)))
    }
}

fn shell(command: &str) -> Command {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut line = Command::new(shell);
    line.args([flag, command]);
    line
}

fn shown(
    Output {
        status,
        stdout,
        stderr,
    }: &Output,
) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}{status}", text(stdout), text(stderr))
}
