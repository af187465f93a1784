//! A module told a story without a suite: what it allocates, what it holds, what it loses.

mod folders;
mod heard;
mod story;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) use self::folders::Mapped;
use self::heard::Heard;
pub(crate) use self::story::{SUITE, Story};
use super::gate::Gate;
use super::{broken, faults, say, today};
use crate::module::Module;
use crate::report::{
    ProfileText, Report, ScenarioReport, SuiteReport, VERSION, profile, shell_word,
};
use crate::suite::Suite;

/// What is profiled, and how it is told.
pub(crate) struct Profile {
    /// The wasm file.
    pub(crate) module: PathBuf,
    /// What is done to it.
    pub(crate) story: Story,
    /// The arguments of the command, as they were typed, so that they can be told with more of them.
    pub(crate) typed: Vec<String>,
    /// Where the report is kept.
    pub(crate) folder: PathBuf,
    /// Where what was compiled is kept, if that can be written to.
    pub(crate) output: PathBuf,
    /// Sites that are shown.
    pub(crate) top: usize,
    /// Whether what the guest writes is left out.
    pub(crate) is_quiet: bool,
    /// Whether the whole report is printed, as JSON.
    pub(crate) as_json: bool,
}

impl Profile {
    /// The exit code is 0 if the module ran to its end, whatever it leaks, and 2 if it did not.
    pub(crate) fn run(self) -> ExitCode {
        let gate = match gate(&self.output, &self.folder) {
            Ok(gate) => gate,
            Err(cause) => return broken(&cause),
        };
        let heard = (!self.is_quiet).then(Heard::new);
        let gate = gate.heard_by(heard.as_ref().map(Heard::listener));
        let report = match profiled(&gate, &self.module, &self.story) {
            Ok(report) => report,
            Err(cause) => return broken(&cause),
        };
        heard.iter().for_each(Heard::finish);
        let said = say(&self.told(&report, &gate.saved()));
        gate.keep(SUITE, report);
        let ran = gate.finish().unwrap_or_else(|error| {
            broken(&format!(
                "{error}\nname another folder with `--output FOLDER`"
            ))
        });
        if said == ExitCode::SUCCESS { ran } else { said }
    }

    fn told(&self, report: &ScenarioReport, saved: &str) -> String {
        if self.as_json {
            let json = serde_json::to_string_pretty(&whole(report.clone()));
            return json.expect("a report is a JSON value") + "\n";
        }
        let told = ProfileText {
            module: &self.module.display().to_string(),
            saved,
            repeats: self.story.is_of_calls() && self.story.cycles == 1,
            again: report
                .fault
                .as_ref()
                .and_then(|_| self.with_likely_allocators()),
            top: self.top,
        };
        profile(report, &told)
    }

    /// The command with what looks like the module's allocator, where none is known.
    fn with_likely_allocators(&self) -> Option<String> {
        let module = Module::load(&self.module).ok()?;
        if !self.story.allocators.is_empty() {
            return None;
        }
        let unknown = module.allocators().err()?;
        let (allocate, free) = unknown.likeliest()?;
        let flag = |verb: &str, name: &str| {
            let allocator = format!("{{ {verb}: {} }}", serde_json::Value::from(name));
            format!("--allocator {}", shell_word(&allocator))
        };
        let free = free.map(|free| flag("free", free));
        let flags = [Some(flag("allocate", allocate)), free]
            .into_iter()
            .flatten();
        let typed = self.typed.iter().map(|word| shell_word(word));
        let words: Vec<String> = flags.chain(typed).collect();
        Some(format!("memgate profile {}", words.join(" ")))
    }
}

/// A gate with its report in that folder, which is also where it compiles if it cannot do so in the usual place.
pub(super) fn gate(output: &Path, folder: &Path) -> Result<Gate, String> {
    let compiles_in = match fs::create_dir_all(output.join("cache")) {
        Ok(()) => output,
        Err(_) => folder,
    };
    let gate = Gate::new(Path::new("."), compiles_in, true, today::today()?);
    let gate = gate.map_err(|error| {
        format!(
            "{error}\nmemgate keeps what it compiled in {}: name a folder that can be written to with `--output FOLDER`",
            compiles_in.display()
        )
    })?;
    gate.reporting_in(folder).map_err(|error| error.to_string())
}

/// What the story came to with that module.
///
/// # Errors
///
/// When there is no module, or no story to tell it.
pub(super) fn profiled(gate: &Gate, path: &Path, story: &Story) -> Result<ScenarioReport, String> {
    let module = Module::load(path).map_err(|error| error.to_string())?;
    let suite = story.suite(path, &module)?;
    let mut report = gate.scenario(&suite, &suite.scenarios[0]);
    if let Some(fault) = &mut report.fault {
        let of_suite = fault.advice.take();
        let otherwise = story.is_of_calls().then(|| CALLS.to_string());
        fault.advice = match is_unknown(&suite, module) {
            true => Some(NAME_IT.to_string()),
            false => of_suite.map(in_flags).or(otherwise),
        };
    }
    Ok(report)
}

const CALLS: &str = "calls are written with their arguments, as in --call 'edit(3, 100)'; without --call, what can be called is listed";

const NAME_IT: &str = "what `allocators` says in a suite is said here with `--allocator '{ allocate: NAME, size: 0 }'`, once for each function";

/// Whether no allocator of the module is known.
fn is_unknown(suite: &Suite, module: Module) -> bool {
    let given: Vec<_> = suite.allocators.iter().map(Into::into).collect();
    let module = module.with_allocators(&given);
    module.is_ok_and(|module| module.allocators().is_err())
}

/// What a suite's keys do, flags do here.
fn in_flags(advice: String) -> String {
    match advice.as_str() {
        faults::RAISE_MEMORY => "if it needs that much, give it more: --memory 4GB".to_string(),
        faults::RAISE_TIMEOUT => {
            "if it takes that long, give it longer: --timeout 10min".to_string()
        }
        faults::NOTHING_SEEN => format!(
            "look whether what it is given reaches code that allocates (`--call`, arguments, `--stdin`). Look whether the module \
             has an allocator of its own that memgate does not know: {NAME_IT}"
        ),
        faults::FAILS_BY_ITSELF => {
            "the module fails by itself, or wants other arguments, input or files than it was given"
                .to_string()
        }
        _ => advice,
    }
}

fn whole(report: ScenarioReport) -> Report {
    Report {
        version: VERSION,
        suites: vec![SuiteReport {
            name: SUITE.to_string(),
            error: None,
            scenarios: vec![report],
        }],
    }
}
