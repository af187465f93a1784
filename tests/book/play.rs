//! A page is played: its files are written, its commands run, in order, in a folder that was empty.

use std::fs;

use libtest_mimic::Failed;

use super::commands::{commands, is_in_ci, is_in_test_tools, only_installs};
use super::page::{Fence, Item, Page};
use super::reader::Reader;
use super::{compare, no_complaints, tools};

/// Every command must say what the page says, and end as it says.
pub(super) fn play(page: &Page) -> Result<(), Failed> {
    let mut reader = Reader::new();
    let mut changes = Vec::new();
    let mut told: Option<Vec<&str>> = None;
    for item in page.items() {
        match item {
            Item::Told(words) if matches!(words[0], "file" | "edit") => told = Some(words),
            Item::Told(words) => reader.obey(&words)?,
            Item::Fence(fence) => match told.take() {
                Some(words) if words[0] == "edit" => reader.edit(words[1], &fence),
                Some(words) => reader.write(words[1], &fence.text()),
                None if fence.language == "console" => {
                    changes.extend(type_in(&mut reader, &fence, page)?);
                }
                None => {}
            },
        }
    }
    settle(page, changes)
}

/// A block that does not say what was said.
struct Change {
    /// Where the block's first line is.
    start: usize,
    /// How many lines it has.
    length: usize,
    lines: Vec<String>,
    complaint: String,
}

impl Change {
    fn of(fence: &Fence<'_>, page: &Page, lines: Vec<String>, complaints: &[String]) -> Change {
        let indent = " ".repeat(fence.indent);
        let indented = |line: String| format!("{indent}{line}").trim_end().to_string();
        Change {
            start: fence.start,
            length: fence.lines.len(),
            lines: lines.into_iter().map(indented).collect(),
            complaint: format!(
                "{}:{}: {}\n\nUPDATE_DOCS=1 cargo test --test book writes it into the page",
                page.name(),
                fence.start + 1,
                complaints.join("\n")
            ),
        }
    }
}

/// Complains of what has changed, or writes it into the page.
fn settle(page: &Page, changes: Vec<Change>) -> Result<(), Failed> {
    // Planted faults stay.
    let is_planted = page.name().starts_with("tests/");
    if is_planted || std::env::var_os("UPDATE_DOCS").is_none() {
        return no_complaints(changes.into_iter().map(|it| it.complaint).collect());
    }
    let mut lines = page.lines.clone();
    for change in changes.into_iter().rev() {
        lines.splice(change.start..change.start + change.length, change.lines);
    }
    fs::write(&page.path, lines.join("\n") + "\n")?;
    Ok(())
}

/// What is held of a command that is not played here.
type Check = fn(&str) -> Result<(), Failed>;

/// Types in the commands of a block.
fn type_in(reader: &mut Reader, fence: &Fence<'_>, page: &Page) -> Result<Option<Change>, Failed> {
    let commands = commands(fence);
    let played_elsewhere: [(&str, Check); 3] = [
        ("ci", is_in_ci),
        ("install", only_installs),
        ("tools", is_in_test_tools),
    ];
    if let Some((_, check)) = played_elsewhere.iter().find(|(name, _)| fence.is(name)) {
        commands
            .iter()
            .try_for_each(|(command, _)| check(command))?;
        return Ok(None);
    }
    let is_played = tools::are_there(fence, &page.name());
    if fence.needs().next().is_some() {
        reader.has_built = is_played;
    }
    if !is_played {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let mut complaints = Vec::new();
    for (index, (command, expected)) in commands.iter().enumerate() {
        let said = reader.run(command, &tools::variables(fence));
        let next = commands.get(index + 1).map(|(next, _)| next.as_str());
        if reader.code != 0 && next != Some("echo $?") {
            complaints.push(format!(
                "$ {command}\nfailed with {}, and no `$ echo $?` follows:\n{}",
                reader.code,
                said.join("\n")
            ));
        }
        lines.extend(as_typed(command));
        let normal = compare::normal(&expected.join("\n"));
        if compare::fits(&normal, &said) {
            lines.extend(expected.iter().cloned());
        } else {
            complaints.push(format!(
                "$ {command}\n\nthe page says:\n{}\n\nit was:\n{}",
                normal.join("\n"),
                said.join("\n")
            ));
            lines.extend(compare::elided_again(expected, said));
        }
    }
    Ok((!complaints.is_empty()).then(|| Change::of(fence, page, lines, &complaints)))
}

/// A command after its prompt, and what it goes on with.
fn as_typed(command: &str) -> impl Iterator<Item = String> {
    let prompts = std::iter::once("$").chain(std::iter::repeat(">"));
    let lines = prompts.zip(command.lines());
    lines.map(|(prompt, line)| format!("{prompt} {line}"))
}
