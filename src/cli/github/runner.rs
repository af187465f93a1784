//! What GitHub's runner says of a step, and the files in which it reads what the step says.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::report::github::{About, Run};

/// The runner's own variables; without a runner, none of them is there.
pub(super) struct Runner {
    /// Where the Markdown of the step goes.
    pub(super) summary: Option<PathBuf>,
    /// Where the outputs of the step go.
    pub(super) output: Option<PathBuf>,
    /// The checkout's root.
    pub(super) workspace: PathBuf,
    /// What started the workflow.
    pub(super) event: Event,
    /// `owner/name`
    pub(super) repository: Option<String>,
    /// Whether standard output is read for commands.
    pub(super) reads_commands: bool,
    run_id: Option<String>,
    server: Option<String>,
}

/// The part of an event that is of use here.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Event {
    pub(super) pull_request: Option<PullRequest>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PullRequest {
    pub(super) number: u64,
    pub(super) head: Head,
}

#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) sha: String,
    /// None if the fork is gone.
    repo: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    full_name: String,
}

impl Runner {
    pub(super) fn from_environment() -> Runner {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| text(name).map(PathBuf::from);
        Runner {
            summary: path("GITHUB_STEP_SUMMARY"),
            output: path("GITHUB_OUTPUT"),
            workspace: path("GITHUB_WORKSPACE").unwrap_or_else(checkout_root),
            event: path("GITHUB_EVENT_PATH")
                .and_then(|path| event(&path))
                .unwrap_or_default(),
            repository: text("GITHUB_REPOSITORY"),
            reads_commands: text("GITHUB_ACTIONS").as_deref() == Some("true"),
            run_id: text("GITHUB_RUN_ID"),
            server: text("GITHUB_SERVER_URL"),
        }
    }

    /// Whether the pull request comes from another repository, whose token may only read.
    pub(super) fn is_fork(&self, pull_request: &PullRequest) -> bool {
        let head = pull_request.head.repo.as_ref().map(|repo| &repo.full_name);
        head.is_none() || head != self.repository.as_ref()
    }

    /// What a page tells of this run.
    pub(super) fn about(&self, gate: String, artifact: String, again: Option<String>) -> About {
        let run = self
            .run_id
            .clone()
            .zip(self.repository.clone())
            .map(|(id, repository)| {
                let server = self.server.as_deref().unwrap_or("https://github.com");
                Run {
                    url: format!("{server}/{repository}/actions/runs/{id}"),
                    id,
                    repository,
                    artifact,
                }
            });
        // Of a pull request the runner checks out a merge that nobody has seen.
        let head = self
            .event
            .pull_request
            .as_ref()
            .map(|it| it.head.sha.clone());
        About {
            gate,
            again,
            run,
            commit: head.or_else(|| std::env::var("GITHUB_SHA").ok()),
        }
    }

    /// The outputs of this step, for those after it.
    pub(super) fn set_outputs(&self, outputs: &[(&str, &str)]) -> io::Result<()> {
        let Some(path) = &self.output else {
            return Ok(());
        };
        let lines: String = outputs
            .iter()
            .map(|(name, value)| format!("{name}={}\n", value.replace(['\r', '\n'], " ")))
            .collect();
        append(path, &lines)
    }
}

/// What stands in that file already stays: other commands of the step may have written to it.
pub(super) fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn event(path: &Path) -> Option<Event> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The folder above this one that is a checkout; this one, if there is none.
fn checkout_root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join(".git").exists());
    root.unwrap_or(&here).to_path_buf()
}
