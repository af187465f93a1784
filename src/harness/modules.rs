//! Modules, made ready once a process: built, read, instrumented, compiled.

use std::collections::HashMap;
use std::hash::Hash as Hashed;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::faults::broken;
use super::kinds;
use super::progress::Progress;
use super::reuse::{Hash, hash, hash_file};
use super::roots::KnownRoots;
use crate::instrument::{instrument, without_allocators};
use crate::module::{GivenAllocator, Module, printable_lines};
use crate::report::{Fault, FaultKind};
use crate::run::{Compiled, Engine, Host};
use crate::suite::{ModuleSource, NamedAllocator, Suite};

const NOT_MEASURED: &str = "the module cannot be measured";

/// A module that scenarios can be told to.
pub(super) struct Prepared {
    /// As it ships, for names and lines.
    pub(super) module: Module,
    pub(super) compiled: Compiled,
    pub(super) roots: KnownRoots,
    hash: OnceLock<Hash>,
}

impl Prepared {
    pub(super) fn new(module: Module, compiled: Compiled) -> Prepared {
        Prepared {
            roots: KnownRoots::of(&module),
            module,
            compiled,
            hash: OnceLock::new(),
        }
    }

    /// Of the bytes that are measured, whatever became of the file meanwhile.
    pub(super) fn hash(&self) -> Hash {
        *self.hash.get_or_init(|| hash(self.module.bytes()))
    }
}

/// What is made once, the reason included why there is nothing. Whoever comes first makes it, the others wait.
pub(super) type Shared<T> = Arc<OnceLock<Result<T, Fault>>>;

/// Things that are made once a process, by what sets them apart.
struct Each<K, T>(Mutex<HashMap<K, Shared<T>>>);

impl<K: Eq + Hashed, T> Each<K, T> {
    fn get(&self, key: K, make: impl FnOnce() -> Result<T, Fault>) -> Shared<T> {
        let shared = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(key).or_default().clone()
        };
        shared.get_or_init(make);
        shared
    }
}

impl<K, T> Default for Each<K, T> {
    fn default() -> Each<K, T> {
        Each(Mutex::default())
    }
}

/// What sets two modules apart: their files, what suites say of their allocators, and whether they count by themselves.
type Key = (PathBuf, Vec<NamedAllocator>, bool);

/// The modules of this process.
#[derive(Default)]
pub(super) struct Modules {
    /// By command, folder and output.
    built: Each<(String, PathBuf, PathBuf), ()>,
    hashed: Each<PathBuf, Hash>,
    prepared: Each<Key, Prepared>,
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

    /// The module of a suite, built and made ready.
    pub(super) fn prepare(
        &self,
        suite: &Suite,
        engine: &Engine,
        progress: &Progress,
    ) -> Shared<Prepared> {
        let key = (
            file(suite).to_path_buf(),
            suite.allocators.clone(),
            suite.sites.is_some(),
        );
        self.prepared.get(key, || {
            self.build(suite, progress)?;
            prepare(suite, engine, &self.host, progress)
        })
    }

    /// The hash of a suite's module, which is built for it if it is to be built, and not made ready.
    pub(super) fn hash(&self, suite: &Suite, progress: &Progress) -> Result<Hash, Fault> {
        let file = file(suite);
        let hashed = self.hashed.get(file.to_path_buf(), || {
            self.build(suite, progress)?;
            hash_file(file).map_err(|error| {
                broken(
                    FaultKind::ModuleUnreadable,
                    "the module cannot be read",
                    error,
                )
            })
        });
        hashed.get().expect("it was made").clone()
    }

    fn build(&self, suite: &Suite, progress: &Progress) -> Result<(), Fault> {
        let ModuleSource::Build { run, output } = &suite.module else {
            return Ok(());
        };
        let folder = suite.folder().to_path_buf();
        let key = (run.clone(), folder.clone(), output.clone());
        let built = self.built.get(key, || {
            let _activity = progress.begin(format!("building {}: {run}", name(suite)));
            build(run, &folder)
        });
        built.get().expect("it was made").clone()
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
    let _activity = progress.begin(format!("instrumenting and compiling {name}"));
    let module = Module::load(file(suite)).map_err(|error| {
        let kind = kinds::of_module(&error);
        broken(kind, "the module cannot be read", error)
    })?;
    let given: Vec<GivenAllocator> = suite.allocators.iter().map(Into::into).collect();
    let module = module
        .with_allocators(&given)
        .map_err(|error| broken(FaultKind::NamedAllocator, NOT_MEASURED, error))?;
    let rewrite = match suite.sites {
        Some(_) => without_allocators,
        None => instrument,
    };
    let instrumented =
        rewrite(&module).map_err(|error| broken(kinds::of_rewrite(&error), NOT_MEASURED, error))?;
    let compiled = engine.compile(&name, instrumented).map_err(|error| {
        let kind = kinds::of_run(&error);
        broken(kind, "the module cannot be compiled", error)
    })?;
    let compiled = compiled.with_host(host.clone());
    Ok(Prepared::new(module, compiled))
}

/// Runs a suite's build command in the suite's folder.
fn build(command: &str, folder: &Path) -> Result<(), Fault> {
    let failed = |cause: String| {
        broken(
            FaultKind::BuildFailed,
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
    let text = |bytes: &[u8]| printable_lines(&String::from_utf8_lossy(bytes));
    format!("{}{}{status}", text(stdout), text(stderr))
}
