//! The command line: one file a subcommand.

mod compare;
mod completions;
mod diff;
mod explain;
mod github;
mod init;
mod instrument;
mod man;
mod merge;
mod profile;
mod report;
mod schema;
mod story;
mod test;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Said at the end of every help.
const EXIT_CODES: &str = "\
Exit codes:
  0  pass: what was asked for holds, or is done
  1  regression: more memory stays than may, or two runs differ
  2  the gate broke: no verdict was reached, wrong usage included";

/// The memory gate for WebAssembly
///
/// It tells a module the scenarios of a suite, on a virtual clock, sees every
/// allocation, and fails where more memory stays than the suite allows, naming
/// the line.
#[derive(Parser)]
#[command(name = "memgate", version, about, verbatim_doc_comment)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(test::Test),
    Profile(Box<profile::Profile>),
    Init(init::Init),
    Compare(compare::Compare),
    Diff(Box<diff::Diff>),
    Report(report::Report),
    Explain(explain::Explain),
    Github(github::Github),
    Instrument(instrument::Instrument),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs the command line. Exit codes: 0 pass, 1 regression or difference, 2 the gate broke, wrong usage included.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match arguments.command {
        Command::Test(test) => test.run(),
        Command::Profile(profile) => profile.run(),
        Command::Init(init) => init.run(),
        Command::Compare(compare) => compare.run(),
        Command::Diff(diff) => diff.run(),
        Command::Report(report) => report.run(),
        Command::Explain(explain) => explain.run(),
        Command::Github(github) => github.run(),
        Command::Instrument(instrument) => instrument.run(),
        Command::Schema(schema) => schema.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

/// The command line as a value, which completions and manual pages are made of, too.
fn command() -> clap::Command {
    let main = Arguments::command().after_help(EXIT_CODES);
    main.mut_subcommands(|command| {
        let more = command.get_after_long_help().map(ToString::to_string);
        let command = command.after_help(EXIT_CODES);
        match more {
            Some(more) => command.after_long_help(format!("{more}\n\n{EXIT_CODES}")),
            None => command,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_do_not_contradict_each_other() {
        command().debug_assert();
    }

    /// Help is not wrapped by itself.
    #[test]
    fn help_is_as_wide_as_a_terminal() {
        let mut main = command();
        main.build();
        let mut helps = vec![main.render_help(), main.render_long_help()];
        let mut commands: Vec<_> = main.get_subcommands_mut().collect();
        while let Some(command) = commands.pop() {
            helps.extend([command.render_help(), command.render_long_help()]);
            commands.extend(command.get_subcommands_mut());
        }
        for help in helps {
            let help = help.to_string();
            // Lists of values are clap's, and as long as they are.
            let own = |row: &&str| !row.ends_with(']');
            let mut rows = help.lines().filter(own);
            let wide = rows.find(|row| row.chars().count() > 80);
            assert_eq!(wide, None, "{help}");
        }
    }
}
