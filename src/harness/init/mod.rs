//! A gate for a module that has none: a suite of what it can do, what was measured of that, and what runs it.

mod bounds;
mod files;
mod manifest;
mod measured;
mod place;
mod stories;
mod text;
mod workflow;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::files::{Made, Planned};
use self::measured::{Measured, measured};
use self::place::Place;
use super::gate::Gate;
use super::trials::trial_name;
use super::{Again, broken, say, today};
use crate::module::{Module, printable};
use crate::report::shell_word;
use crate::suite::Suite;

/// What is set up, and whether it is only shown.
pub(crate) struct Init {
    /// The wasm file.
    pub(crate) module: PathBuf,
    /// Whether nothing is written.
    pub(crate) is_dry: bool,
    /// Where reports and what was compiled are kept.
    pub(crate) output: PathBuf,
}

impl Init {
    /// The exit code is that of the first run: 0 if it is green, 2 if the module cannot be measured.
    pub(crate) fn run(self) -> ExitCode {
        self.set_up().unwrap_or_else(|cause| broken(&cause))
    }

    fn set_up(&self) -> Result<ExitCode, String> {
        let place = Place::of(Path::new("."))?;
        let module = Module::load(&self.module).map_err(|error| error.to_string())?;
        let path = Path::new("suites").join(stories::scenario_name(&stem(&self.module)) + ".yaml");
        if path.exists() {
            return self.beside(&place, &path);
        }
        // Of a dry run nothing stays, what it compiled neither.
        let aside =
            tempfile::tempdir().map_err(|error| format!("error: no temporary folder: {error}"))?;
        let output = if self.is_dry {
            aside.path()
        } else {
            &self.output
        };
        let gate = Gate::new(Path::new("."), output, true, today::today()?);
        let gate = gate.map_err(|error| error.to_string())?;
        let written = place.module(&self.module);
        let Measured { text, suite, told } =
            measured(&gate, &path, &self.module, &written, &module)?;
        say(&format!("{} {told}\n", printable(module.name())));
        let files = files(&place, Planned::new(path, text))?;
        if self.is_dry {
            return Ok(say(&shown(&files)));
        }
        make(&files)?;
        self.first_run(&gate, &suite, place.has_crate())
    }

    /// There is a suite of that name: the rest is made, and the suite is what it is.
    fn beside(&self, place: &Place, suite: &Path) -> Result<ExitCode, String> {
        let files = files(place, Planned::new(suite, String::new()))?;
        match self.is_dry {
            true => drop(say(&shown(&files))),
            false => make(&files)?,
        }
        let (suite, command) = (suite.display(), command(place.has_crate()));
        Ok(say(&format!(
            "\n{suite} was there and is as it was: run it with `{command}`\n"
        )))
    }

    /// Accepts what the sites are today, and judges as every later run will.
    fn first_run(&self, gate: &Gate, suite: &Suite, has_crate: bool) -> Result<ExitCode, String> {
        let again = shell_word(&suite.path.display().to_string());
        let again = Again::Command(format!("memgate test {again} --"));
        let mut failures = Vec::new();
        let mut verdicts = String::from("\n");
        for scenario in &suite.scenarios {
            if let Some(accepted) = gate.accept(suite, scenario)? {
                let fate = match accepted.is_new {
                    true => Made::Written,
                    false => Made::Left,
                };
                tell(fate, &Path::new("snapshots").join(accepted.file));
            }
            let outcome = gate.run(suite, scenario, &again);
            let word = if outcome.is_ok() { "ok" } else { "FAILED" };
            verdicts.push_str(&format!("{} ... {word}\n", trial_name(suite, scenario)));
            failures.extend(outcome.err());
        }
        let code = gate.finish().map_err(|error| error.to_string())?;
        for failed in &failures {
            let text = failed.message().unwrap_or_default();
            verdicts.push_str(&format!("\n{text}\n"));
        }
        let command = command(has_crate);
        let ending = match failures.is_empty() {
            true => format!(
                "The gate is green, and holds what is so today. Run it again with `{command}`, and commit what was written."
            ),
            false => format!(
                "The gate is not green, for the reasons above. Mend the suite, and run it with `{command}`."
            ),
        };
        say(&format!("{verdicts}\n{ending}\n"));
        Ok(code)
    }
}

fn command(has_crate: bool) -> &'static str {
    match has_crate {
        true => "cargo test --test memory",
        false => "memgate test",
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// All that is made, the suite first.
fn files(place: &Place, suite: Planned) -> Result<Vec<Planned>, String> {
    let mut files = vec![suite];
    files.extend(place.of_crate()?);
    files.push(place.workflow());
    Ok(files)
}

fn make(files: &[Planned]) -> Result<(), String> {
    for file in files {
        let made = file.make().map_err(|error| error.to_string())?;
        tell(made, &file.path);
    }
    Ok(())
}

fn tell(made: Made, path: &Path) {
    let path = printable(path.display().to_string()).into_owned();
    say(&format!("  {} {path}\n", word(made)));
}

fn word(made: Made) -> &'static str {
    match made {
        Made::Written => "wrote   ",
        Made::Extended => "extended",
        Made::Left => "left    ",
    }
}

/// What would be written.
fn shown(files: &[Planned]) -> String {
    files.iter().map(shown_file).collect()
}

fn shown_file(file: &Planned) -> String {
    let path = printable(file.path.display().to_string()).into_owned();
    let (fate, text) = match file.fate() {
        Made::Left => ("is there, and would be left as it is", String::new()),
        Made::Written => ("would be written", file.text.clone()),
        Made::Extended => {
            let before = file.before.as_deref().unwrap_or_default();
            let diff = similar::TextDiff::from_lines(before, &file.text);
            ("would be extended", diff.unified_diff().to_string())
        }
    };
    format!("\n--- {path} {fate}\n{text}")
}
