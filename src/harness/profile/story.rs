//! The story that a command line tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folders::{Mapped, contents};
use crate::harness::exports::listed;
use crate::module::Module;
use crate::suite::{
    Call, Command, Content, Limits, ModuleSource, NamedAllocator, Scenario, Step, Suite,
};

/// The suite that a profile is of, in its report.
pub(crate) const SUITE: &str = "profile";

/// What is done to a module: a command is run, the exports of another one are called.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    /// Calls before the cycles.
    pub(crate) setup: Vec<Call>,
    /// The calls of a cycle.
    pub(crate) calls: Vec<Call>,
    /// Calls after the cycles.
    pub(crate) teardown: Vec<Call>,
    /// Cycles before the baseline.
    pub(crate) warmup: u32,
    /// How often the calls are repeated.
    pub(crate) cycles: u32,
    /// A command's arguments.
    pub(crate) arguments: Vec<String>,
    /// Its environment.
    pub(crate) environment: BTreeMap<String, String>,
    /// What it reads.
    pub(crate) stdin: Option<PathBuf>,
    /// What it finds in its folder.
    pub(crate) folders: Vec<Mapped>,
    /// How far it may go.
    pub(crate) limits: Limits,
    /// Functions that allocate, besides those that are known.
    pub(crate) allocators: Vec<NamedAllocator>,
}

impl Story {
    /// Whether it is told by calls rather than by a command.
    pub(crate) fn is_of_calls(&self) -> bool {
        let calls = [&self.setup, &self.calls, &self.teardown];
        calls.iter().any(|calls| !calls.is_empty())
    }

    /// The suite that somebody would have written.
    pub(super) fn suite(&self, path: &Path, module: &Module) -> Result<Suite, String> {
        let scenario = if self.is_of_calls() {
            self.refuse_what_commands_take()?;
            self.of_calls()
        } else if module.is_command() {
            self.of_command()?
        } else {
            return Err(listed(path, module));
        };
        Ok(Suite {
            name: SUITE.to_string(),
            path: PathBuf::from(SUITE),
            module: ModuleSource::File(path.to_path_buf()),
            allocators: self.allocators.clone(),
            sites: None,
            scenarios: vec![Scenario {
                limits: self.limits,
                profiled: true,
                ..scenario
            }],
        })
    }

    fn of_calls(&self) -> Scenario {
        let steps = |calls: &[Call]| calls.iter().cloned().map(Step::Call).collect();
        Scenario {
            setup: steps(&self.setup),
            teardown: steps(&self.teardown),
            warmup: self.warmup,
            cycles: self.cycles,
            ..Scenario::of_steps("calls", steps(&self.calls))
        }
    }

    fn of_command(&self) -> Result<Scenario, String> {
        if self.cycles != 1 || self.warmup != 0 {
            return Err(
                "error: a command runs once: `--cycles` and `--warmup` go with `--call`".into(),
            );
        }
        let command = Command {
            args: self.arguments.clone(),
            env: self.environment.clone(),
            stdin: self.stdin.clone().map(Content::File),
            files: contents(&self.folders)?,
            exit: 0,
        };
        Ok(Scenario::of_steps("run", vec![Step::Run(command)]))
    }

    /// A call has nobody to read them.
    fn refuse_what_commands_take(&self) -> Result<(), String> {
        let given = [
            ("arguments after `--`", !self.arguments.is_empty()),
            ("`--env`", !self.environment.is_empty()),
            ("`--stdin`", self.stdin.is_some()),
            ("`--dir`", !self.folders.is_empty()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((what, _)) => Err(format!(
                "error: {what} cannot be given with `--call`: they are for a command, which is run by its `_start`"
            )),
            None => Ok(()),
        }
    }
}
