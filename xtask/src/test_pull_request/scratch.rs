//! A repository of somebody's, and what stands for GitHub around it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::action::{Action, Played};
use crate::project::{root, scratch};

/// What a workflow runs for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Push,
    PullRequest,
    Fork,
}

/// The repository, below `target/`.
pub(super) struct Scratch {
    folder: PathBuf,
    /// `memgate` and `gh`, and nothing else.
    tools: PathBuf,
    /// A `cargo` that writes down what it is asked for.
    cargo: PathBuf,
    /// What `gh` keeps.
    github: PathBuf,
    action: Action,
}

/// Answers what `memgate github comment` asks: of two comments with its marker on the pull request, one is somebody else's.
const GH: &str = r#"#!/usr/bin/env python3
import json, os, sys

folder = os.environ["GITHUB_FAKE"]
path = os.path.join(folder, "comments.json")
assert sys.argv[1:] == ["api", "graphql", "--input", "-"], sys.argv
assert os.environ["GH_TOKEN"], "no token"
with open(os.path.join(folder, "asked"), "a") as asked:
    asked.write("asked\n")
if os.environ.get("GH_REFUSES"):
    sys.exit("gh: Resource not accessible by integration (HTTP 403)")

question = json.load(sys.stdin)
variables = question["variables"]
comments = json.load(open(path))
if "addComment" in question["query"]:
    assert variables["subject"] == "PR_3"
    comments.append(variables["body"])
elif "updateIssueComment" in question["query"]:
    comments[int(variables["id"])] = variables["body"]
else:
    assert variables["number"] == 3
    nodes = [{"id": "x", "viewerDidAuthor": False, "body": "<!-- memgate gate=memgate -->\n"}]
    nodes += [{"id": str(at), "viewerDidAuthor": True, "body": body} for at, body in enumerate(comments)]
    info = {"hasNextPage": False, "endCursor": None}
    request = {"id": "PR_3", "comments": {"nodes": nodes, "pageInfo": info}}
    print(json.dumps({"data": {"repository": {"pullRequest": request}}}))
    sys.exit()
json.dump(comments, open(path, "w"))
print("{}")
"#;

const CARGO: &str = r#"#!/usr/bin/env bash
echo "$*" >> "$ASKED"
case $1 in
  pkgid) [ -n "${LOCKED:-}" ] && echo "registry+https://github.com/rust-lang/crates.io-index#memgate@$LOCKED" ;;
  binstall) [ -z "${NO_BINARY:-}" ] ;;
esac
"#;

impl Scratch {
    pub(super) fn new(memgate: &Path) -> Result<Scratch> {
        let base = scratch("scratch-pull-request")?;
        let [folder, tools, cargo, github] =
            ["repository", "tools", "cargo", "github"].map(|name| base.join(name));
        for folder in [&folder, &tools, &cargo, &github] {
            fs::create_dir_all(folder)?;
        }
        let scratch = Scratch {
            folder,
            tools,
            cargo,
            github,
            action: Action::read()?,
        };
        fs::copy(memgate, scratch.tools.join("memgate"))?;
        script(&scratch.tools.join("gh"), GH)?;
        script(&scratch.cargo.join("cargo"), CARGO)?;
        fs::write(scratch.github.join("comments.json"), "[]")?;
        scratch.repository()?;
        Ok(scratch)
    }

    /// The sources of the guest, where its build had them, and a crate, since cargo-insta looks for one.
    fn repository(&self) -> Result<()> {
        self.write(
            "Cargo.toml",
            "[workspace]\n\n[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
        )?;
        self.write("src/lib.rs", "")?;
        self.write(".gitignore", "/target\n*.snap.new\n")?;
        for source in ["cache.rs", "feed.rs", "lib.rs", "server.rs"] {
            let text = fs::read_to_string(root().join("guests/feed/src").join(source))?;
            self.write(&format!("guests/feed/src/{source}"), &text)?;
        }
        self.git(&["init", "--quiet", "--initial-branch", "main"])
    }

    /// The suite, with the module of that build.
    pub(super) fn feed(&self, build: &str) -> Result<()> {
        fs::copy(
            root().join(format!("guests/feed/{build}.wasm")),
            self.folder.join("app.wasm"),
        )?;
        if self.exists("suites/feed.yaml") {
            return Ok(());
        }
        let suite = fs::read_to_string(root().join("suites/feed.yaml"))?;
        self.write(
            "suites/feed.yaml",
            &suite.replace("../guests/feed/feed.wasm", "../app.wasm"),
        )
    }

    /// As somebody does who means the growth.
    pub(super) fn raise_limits(&self) -> Result<()> {
        let suite = fs::read_to_string(self.folder.join("suites/feed.yaml"))?;
        let raised = [
            ("< 1KB", "< 4MB"),
            ("< 1B/s", "< 1KB/s"),
            ("< 10B/cycle", "< 64KB/cycle"),
            ("< 110KB", "< 4MB"),
        ];
        let suite = raised
            .iter()
            .fold(suite, |suite, (from, to)| suite.replace(from, to));
        self.write("suites/feed.yaml", &suite)
    }

    pub(super) fn accept(&self) -> Result<()> {
        let mut cargo = Command::new("cargo");
        run(cargo.args(["insta", "accept"]).current_dir(&self.folder))
    }

    pub(super) fn commit(&self, message: &str) -> Result<()> {
        self.git(&["add", "--all"])?;
        let author = [
            "-c",
            "user.name=somebody",
            "-c",
            "user.email=somebody@example.com",
        ];
        self.git(&[&author[..], &["commit", "--quiet", "--message", message]].concat())
    }

    fn git(&self, arguments: &[&str]) -> Result<()> {
        run(Command::new("git")
            .args(arguments)
            .current_dir(&self.folder))
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().context("it lies in a folder")?)?;
        Ok(fs::write(path, text)?)
    }

    /// A job with the action.
    pub(super) fn play(&self, event: Event, variables: &[(&str, &str)]) -> Result<Played> {
        self.play_with(event, &[], variables)
    }

    pub(super) fn play_with(
        &self,
        event: Event,
        inputs: &[(&str, &str)],
        variables: &[(&str, &str)],
    ) -> Result<Played> {
        let variables = self.variables(event, variables)?;
        let name = &variables["GITHUB_EVENT_NAME"];
        let github = [("event_name", name.as_str()), ("token", "token")];
        self.action.play(&self.folder, &github, inputs, &variables)
    }

    /// What a runner sets.
    fn variables(&self, event: Event, more: &[(&str, &str)]) -> Result<BTreeMap<String, String>> {
        let head = if event == Event::Fork {
            "else/app"
        } else {
            "me/app"
        };
        let text = match event {
            Event::Push => "{}".to_string(),
            _ => format!(
                r#"{{ "pull_request": {{ "number": 3, "head": {{ "sha": "0123456789abcdef", "repo": {{ "full_name": "{head}" }} }} }} }}"#
            ),
        };
        let path = self.github.join("event.json");
        fs::write(&path, text)?;
        let name = if event == Event::Push {
            "push"
        } else {
            "pull_request"
        };
        let shown = |path: &Path| path.display().to_string();
        let others = std::env::var("PATH").unwrap_or_default();
        let mut variables: BTreeMap<String, String> = [
            ("CI", "true".into()),
            ("GITHUB_ACTIONS", "true".into()),
            ("GITHUB_EVENT_NAME", name.into()),
            ("GITHUB_EVENT_PATH", shown(&path)),
            ("GITHUB_FAKE", shown(&self.github)),
            ("GITHUB_REPOSITORY", "me/app".into()),
            ("GITHUB_RUN_ID", "7".into()),
            ("GITHUB_SERVER_URL", "https://github.com".into()),
            ("GITHUB_SHA", "fedcba9876543210".into()),
            ("GITHUB_WORKSPACE", shown(&self.folder)),
            ("HOME", std::env::var("HOME").unwrap_or_default()),
            ("PATH", format!("{}:{others}", shown(&self.tools))),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .into();
        variables.extend(
            more.iter()
                .map(|(name, value)| (name.to_string(), value.to_string())),
        );
        Ok(variables)
    }

    /// The comments on the pull request.
    pub(super) fn comments(&self) -> Result<Vec<String>> {
        let comments = fs::read_to_string(self.github.join("comments.json"))?;
        Ok(serde_json::from_str(&comments)?)
    }

    /// How often GitHub was asked.
    pub(super) fn asked(&self) -> Result<usize> {
        Ok(fs::read_to_string(self.github.join("asked"))
            .unwrap_or_default()
            .lines()
            .count())
    }

    /// What cargo is asked for where there is no memgate yet.
    pub(super) fn get_memgate(
        &self,
        version: &str,
        variables: &[(&str, &str)],
    ) -> Result<Vec<String>> {
        let asked = self.cargo.join("asked");
        fs::write(&asked, "")?;
        self.write("Cargo.lock", "version = 4\n")?;
        let script = self
            .action
            .scripts()
            .find(|(name, _)| *name == "Get memgate");
        let (_, script) = script.context("the action gets memgate")?;
        let status = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(&self.folder)
            .env("PATH", format!("{}:/usr/bin:/bin", self.cargo.display()))
            .env("ASKED", &asked)
            .env("VERSION", version)
            .envs(variables.iter().copied())
            .status()?;
        ensure!(status.success(), "memgate cannot be had");
        Ok(fs::read_to_string(&asked)?
            .lines()
            .map(str::to_string)
            .collect())
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("failed to run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// A file that can be run.
fn script(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
