//! `memgate man`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man as Page;
use tempfile::NamedTempFile;

use super::command;
use crate::harness::{broken, say};

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
        match write_all(&folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => broken(&format!(
                "failed to write manual pages to {}: {error}",
                folder.display()
            )),
        }
    }
}

/// `memgate.1`, `memgate-test.1`, ...
fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut main = command();
    main.build();
    let visible = main
        .get_subcommands()
        .filter(|command| command.get_name() != "help");
    for command in visible {
        let name = format!("memgate-{}", command.get_name());
        write(folder, &name, command.clone())?;
    }
    write(folder, "memgate", command())
}

fn write(folder: &Path, name: &str, command: Command) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, &page(command)?)?;
    file.persist(folder.join(format!("{name}.1")))?;
    Ok(())
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    Ok(page)
}
