//! `memgate man`

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man as Page;

use super::command;
use crate::harness::{broken, say};
use crate::report;

/// Print the manual page, or write those of all commands to a folder
///
/// `memgate man | man -l -` shows it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Man {
    /// Write a page for each command to this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self) -> ExitCode {
        let Some(folder) = self.out else {
            return match page(command()) {
                Ok(page) => say(&String::from_utf8_lossy(&page)),
                Err(error) => broken(&format!("failed to make the manual page: {error}")),
            };
        };
        let mut main = command();
        main.build();
        match write(&folder, "memgate", &main) {
            Ok(()) => ExitCode::SUCCESS,
            Err(cause) => broken(&cause),
        }
    }
}

/// `memgate.1`, `memgate-test.1`, `memgate-report-merge.1`, ...
fn write(folder: &Path, name: &str, command: &Command) -> Result<(), String> {
    let page = page(command.clone())
        .map_err(|error| format!("failed to make the manual page: {error}"))?;
    let file = folder.join(format!("{name}.1"));
    report::write(&file, &page).map_err(|error| format!("error: {error}"))?;
    let visible = command.get_subcommands();
    for command in visible.filter(|command| command.get_name() != "help") {
        write(folder, &format!("{name}-{}", command.get_name()), command)?;
    }
    Ok(())
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    Ok(page)
}
