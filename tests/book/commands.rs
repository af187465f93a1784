//! The commands of a block, and which of them may go unplayed.

use std::fs;

use libtest_mimic::Failed;

use super::page::Fence;
use super::root;

/// The commands of a block, each with what it is to say.
pub(super) fn commands(fence: &Fence<'_>) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in &fence.lines {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_string(), Vec::new()));
            continue;
        }
        let (command, expected) = commands.last_mut().expect("a block begins with a command");
        match line.strip_prefix("> ") {
            Some(more) if expected.is_empty() => *command += &format!("\n{more}"),
            _ => expected.push(line.to_string()),
        }
    }
    commands
}

/// What is never played may do no more than bring what is there already.
pub(super) fn only_installs(command: &str) -> Result<(), Failed> {
    const INSTALLERS: [&str; 8] = [
        "cargo install ",
        "cargo binstall ",
        "cargo add ",
        "rustup target add ",
        "npm install ",
        "pip install ",
        "sudo apt-get install ",
        "git clone ",
    ];
    match INSTALLERS
        .iter()
        .any(|installer| command.starts_with(installer))
    {
        true => Ok(()),
        false => Err(format!("`{command}` installs nothing, and must be played").into()),
    }
}

/// What this repository's own check is to run as it stands.
pub(super) fn is_in_ci(command: &str) -> Result<(), Failed> {
    let check = fs::read_to_string(root().join(".ci/run"))?;
    match check.lines().any(|line| line == format!("step {command}")) {
        true => Ok(()),
        false => Err(format!("`{command}` is not run by .ci/run").into()),
    }
}

/// What `cargo xtask test-tools` runs in a crate of its own: each option of the command must be there.
pub(super) fn is_in_test_tools(command: &str) -> Result<(), Failed> {
    let sources = fs::read_to_string(root().join("xtask/src/test_tools.rs"))?;
    let mut options = command.split_whitespace();
    match options.find(|word| word.starts_with("--") && !sources.contains(*word)) {
        None => Ok(()),
        Some(option) => Err(format!("`{command}`: test-tools has no {option}").into()),
    }
}
