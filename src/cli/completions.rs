//! `memgate completions`

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::command;
use crate::harness::say;

/// Print the completions of a shell
///
/// bash  ~/.local/share/bash-completion/completions/memgate
/// zsh   _memgate, in a folder of $fpath
/// fish  ~/.config/fish/completions/memgate.fish
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "memgate", &mut script);
        say(&String::from_utf8_lossy(&script))
    }
}
