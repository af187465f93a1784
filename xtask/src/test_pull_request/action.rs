//! `action.yml`, played step by step as a runner does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::expression::Context;
use crate::project::root;

/// The part of an action's file that is played.
#[derive(Deserialize)]
pub(super) struct Action {
    inputs: BTreeMap<String, Input>,
    runs: Runs,
}

#[derive(Deserialize)]
struct Input {
    default: Option<String>,
}

#[derive(Deserialize)]
struct Runs {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Step {
    id: Option<String>,
    name: Option<String>,
    r#if: Option<String>,
    run: Option<String>,
    shell: Option<String>,
    working_directory: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// What a job with the action came to.
pub(super) struct Played {
    /// The exit code of the first step that failed.
    pub(super) code: i32,
    /// What all steps said.
    pub(super) output: String,
    /// Their summaries.
    pub(super) summary: String,
}

impl Played {
    /// What the runner obeyed.
    pub(super) fn commands(&self) -> String {
        let mut token: Option<&str> = None;
        let mut commands = String::new();
        for line in self.output.lines() {
            match (token, line.strip_prefix("::stop-commands::")) {
                (None, Some(named)) => token = Some(named),
                (Some(named), _) if line == format!("::{named}::") => token = None,
                (None, None) if line.starts_with("::") => commands.push_str(&format!("{line}\n")),
                _ => {}
            }
        }
        commands
    }
}

impl Action {
    pub(super) fn read() -> Result<Action> {
        let text = fs::read_to_string(root().join("action.yml"))?;
        serde_yaml::from_str(&text).context("action.yml is no action")
    }

    /// The scripts, by the names of their steps.
    pub(super) fn scripts(&self) -> impl Iterator<Item = (&str, &str)> {
        let steps = self.runs.steps.iter();
        steps.filter_map(|step| Some((step.name.as_deref()?, step.run.as_deref()?)))
    }

    /// Plays the steps that are scripts; those that use other actions fetch, cache and upload, which is nobody's logic.
    pub(super) fn play(
        &self,
        folder: &Path,
        github: &[(&str, &str)],
        inputs: &[(&str, &str)],
        variables: &BTreeMap<String, String>,
    ) -> Result<Played> {
        let mut context = Context::default();
        let given = github
            .iter()
            .map(|(name, value)| (format!("github.{name}"), value.to_string()));
        context.values.extend(given);
        for (name, input) in &self.inputs {
            let default = context.fill(input.default.as_deref().unwrap_or_default())?;
            context.values.insert(format!("inputs.{name}"), default);
        }
        for (name, value) in inputs {
            let known = context
                .values
                .insert(format!("inputs.{name}"), value.to_string());
            ensure!(known.is_some(), "{name} is no input of the action");
        }
        let mut played = Played {
            code: 0,
            output: String::new(),
            summary: String::new(),
        };
        for step in &self.runs.steps {
            if context.holds(step.r#if.as_deref())? && step.run.is_some() {
                step.play(folder, &mut context, variables, &mut played)?;
            }
        }
        Ok(played)
    }
}

impl Step {
    fn play(
        &self,
        folder: &Path,
        context: &mut Context,
        variables: &BTreeMap<String, String>,
        played: &mut Played,
    ) -> Result<()> {
        let name = self.name.as_deref().unwrap_or("a step");
        ensure!(
            self.shell.as_deref() == Some("bash"),
            "{name} names no shell"
        );
        let files = tempfile::tempdir()?;
        let script = self.run.as_deref().unwrap_or_default();
        // What is filled into a script is a part of the program, whoever chose it; variables are not.
        ensure!(
            !script.contains("${{"),
            "{name} has an expression in its script"
        );
        let path = files.path().join("script.sh");
        fs::write(&path, script)?;
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&path);
        command.env_clear().envs(variables);
        for (name, value) in &self.env {
            command.env(name, context.fill(value)?);
        }
        let below = context.fill(self.working_directory.as_deref().unwrap_or("."))?;
        let output = command
            .current_dir(folder.join(below))
            .env("GITHUB_OUTPUT", files.path().join("output"))
            .env("GITHUB_STEP_SUMMARY", files.path().join("summary"))
            .output()
            .with_context(|| format!("failed to run bash for {name}"))?;
        let read = |name: &str| fs::read_to_string(files.path().join(name)).unwrap_or_default();
        if let Some(id) = &self.id {
            let outputs = read("output");
            let outputs = outputs.lines().filter_map(|line| line.split_once('='));
            let named = outputs
                .map(|(name, value)| (format!("steps.{id}.outputs.{name}"), value.to_string()));
            context.values.extend(named);
        }
        played.summary.push_str(&read("summary"));
        for text in [&output.stdout, &output.stderr] {
            played.output.push_str(&String::from_utf8_lossy(text));
        }
        if !output.status.success() && !context.has_failed {
            context.has_failed = true;
            played.code = output.status.code().unwrap_or(2);
        }
        Ok(())
    }
}
