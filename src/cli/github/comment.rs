//! `memgate github comment`

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::report::print;
use super::runner::Runner;
use crate::module::printable;
use crate::report::github::Marker;

/// Post the one comment on the pull request, or update it
///
/// It is posted with `gh`, which GitHub's runners have; $GH_TOKEN must hold a
/// token that may write to pull requests. Where it may not, as in a pull request
/// from a fork, or where there is no pull request, the command says so, does
/// nothing, and exits with 0.
#[derive(Args)]
#[command(verbatim_doc_comment, next_line_help = true)]
pub(super) struct Comment {
    /// The body
    #[arg(value_name = "FILE")]
    body: PathBuf,
}

impl Comment {
    pub(super) fn run(self) -> Result<ExitCode> {
        let path = self.body.display();
        let body = std::fs::read_to_string(&self.body)
            .with_context(|| format!("failed to read {path}"))?;
        let Some(marker) = Marker::of(&body) else {
            bail!(
                "{path} is no comment of memgate: `memgate github report --comment FILE` writes one"
            );
        };
        let said = match target(&Runner::from_environment()) {
            Ok(target) => match post(&target, &marker, &body, gh) {
                Ok(done) => done.to_string(),
                Err(why) => format!("no comment was written: {why:#}"),
            },
            Err(why) => format!("no comment was written: {why}"),
        };
        // One line of its own, whatever an answer held, so that none of it is a workflow command.
        print(&format!("{}\n", printable(said)))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The pull request.
struct Target {
    owner: String,
    name: String,
    number: u64,
}

/// The pull request, or why there is none to write to.
fn target(runner: &Runner) -> Result<Target, &'static str> {
    let pull_request = runner.event.pull_request.as_ref();
    let pull_request = pull_request.ok_or("this run is of no pull request")?;
    if runner.is_fork(pull_request) {
        return Err(
            "the pull request comes from a fork, whose token may not write; the summary of the run tells the same",
        );
    }
    let repository = runner.repository.as_deref().unwrap_or_default();
    let (owner, name) = repository
        .split_once('/')
        .ok_or("GITHUB_REPOSITORY names no repository")?;
    Ok(Target {
        owner: owner.to_string(),
        name: name.to_string(),
        number: pull_request.number,
    })
}

/// What became of the comment.
#[derive(Debug, PartialEq, Eq)]
enum Done {
    Posted,
    Updated,
    NothingToTell,
}

impl std::fmt::Display for Done {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(match self {
            Done::Posted => "the comment was posted",
            Done::Updated => "the comment was updated",
            Done::NothingToTell => "no comment was written: everything passed, as in the base",
        })
    }
}

/// Pages of a hundred comments that are looked through.
const MOST_PAGES: usize = 50;

const COMMENTS: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    id
    comments(first: 100, after: $after) {
      nodes { id viewerDidAuthor body }
      pageInfo { hasNextPage endCursor }
    }
  } }
}";

const ADD: &str = "mutation($subject: ID!, $body: String!) {
  addComment(input: { subjectId: $subject, body: $body }) { clientMutationId }
}";

const UPDATE: &str = "mutation($id: ID!, $body: String!) {
  updateIssueComment(input: { id: $id, body: $body }) { clientMutationId }
}";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequest {
    id: String,
    comments: Comments,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comments {
    nodes: Vec<Known>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    id: String,
    viewer_did_author: bool,
    body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// Updates the comment of this gate that this very author wrote, or adds one; `ask` is GitHub's GraphQL API.
fn post(
    target: &Target,
    marker: &Marker,
    body: &str,
    mut ask: impl FnMut(&Value) -> Result<Value>,
) -> Result<Done> {
    let is_own =
        |known: &Known| known.viewer_did_author && Marker::of(&known.body).as_ref() == Some(marker);
    let mut after = None;
    let mut subject = String::new();
    for _ in 0..MOST_PAGES {
        let Target {
            owner,
            name,
            number,
        } = target;
        let variables = json!({ "owner": owner, "name": name, "number": number, "after": after });
        let mut answer = ask(&json!({ "query": COMMENTS, "variables": variables }))?;
        let answer = answer["data"]["repository"]["pullRequest"].take();
        let page: PullRequest =
            serde_json::from_value(answer).context("GitHub's answer is not what was asked for")?;
        if let Some(known) = page.comments.nodes.iter().find(|known| is_own(known)) {
            ask(&json!({ "query": UPDATE, "variables": { "id": known.id, "body": body } }))?;
            return Ok(Done::Updated);
        }
        subject = page.id;
        after = page.comments.page_info.end_cursor;
        if !page.comments.page_info.has_next_page {
            break;
        }
    }
    if Marker::is_quiet(body) {
        return Ok(Done::NothingToTell);
    }
    ask(&json!({ "query": ADD, "variables": { "subject": subject, "body": body } }))?;
    Ok(Done::Posted)
}

/// GitHub's own command knows its tokens, proxies and retries.
fn gh(question: &Value) -> Result<Value> {
    let mut gh = Command::new("gh")
        .args(["api", "graphql", "--input", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("failed to run gh, GitHub's command")?;
    let mut input = gh.stdin.take().context("gh has an input")?;
    // What it does not read it will explain itself.
    let _ = input.write_all(question.to_string().as_bytes());
    drop(input);
    let output = gh
        .wait_with_output()
        .context("failed to run gh, GitHub's command")?;
    if !output.status.success() {
        bail!(
            "gh said: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).context("gh's answer is not JSON")
}

#[cfg(test)]
mod tests;
