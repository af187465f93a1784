//! `memgate report`

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::merge::Merge;
use crate::harness::{broken, named_by_cargo, note};
use crate::report::{self, Format, FormatError, Weight, file_names};

/// Turn the report of a run into a form that other tools read
///
/// Forms that hold one scenario (dhat, folded, svg) want --scenario where there
/// are several, or a folder to write a file for each.
#[derive(Args)]
#[command(
    verbatim_doc_comment,
    next_line_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub(super) struct Report {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    form: Option<Form>,
}

#[derive(Subcommand)]
enum Command {
    Merge(Merge),
}

/// A form, of which report, and where to.
#[derive(Args)]
struct Form {
    /// A report.json, or the folder of a run [default: target/memgate]
    #[arg(value_name = "RUN")]
    run: Option<PathBuf>,
    /// The form
    #[arg(long, value_parser = formats())]
    format: Format,
    /// A file, or a folder, which is there or ends in a slash
    ///
    /// Without it, the standard output.
    #[arg(short, long, value_name = "FILE or FOLDER/")]
    output: Option<PathBuf>,
    /// Only this scenario, as in suite::scenario
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// By what sites are weighed in pprof, speedscope, folded and svg
    #[arg(long, value_parser = weights(), default_value = Weight::Live.name())]
    weight: Weight,
    /// Another run to stand beside it, in html
    #[arg(long, value_name = "RUN")]
    against: Option<PathBuf>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let value = |format: Format| PossibleValue::new(format.name()).help(format.words());
    PossibleValuesParser::new(Format::ALL.map(value)).try_map(|name| name.parse())
}

fn weights() -> impl TypedValueParser<Value = Weight> {
    let value = |weight: Weight| PossibleValue::new(weight.name()).help(weight.words());
    PossibleValuesParser::new(Weight::ALL.map(value)).try_map(|name| name.parse())
}

impl Report {
    pub(super) fn run(self) -> ExitCode {
        match (self.command, self.form) {
            (Some(Command::Merge(merge)), _) => merge.run(),
            (None, Some(form)) => form.run(),
            (None, None) => unreachable!("clap asks for a form where there is no subcommand"),
        }
    }
}

impl Form {
    fn run(self) -> ExitCode {
        match self.write() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => broken(&format!("error: {error}")),
        }
    }

    fn write(&self) -> Result<()> {
        ensure!(
            self.against.is_none() || self.format.is_compared(),
            "--against is for html: {} holds one run\nuse `memgate diff` to compare two",
            self.format.name()
        );
        let report = self.wanted()?;
        let against = self.against.as_deref().map(report::load).transpose()?;
        let render = |report: &report::Report| self.render(report, against.as_ref());
        match &self.output {
            Some(folder) if is_folder(folder) => self.write_folder(&report, folder, render),
            Some(file) => Ok(report::write(file, &render(&report)?)?),
            None => self.print(&render(&report)?),
        }
    }

    /// The report of the run, or that of the one scenario that is named.
    fn wanted(&self) -> Result<report::Report> {
        let run = match &self.run {
            Some(run) => run.clone(),
            None => named_by_cargo().unwrap_or("target".into()).join("memgate"),
        };
        let report = report::load(&run)?;
        let Some(name) = &self.scenario else {
            return Ok(report);
        };
        report.only(name).ok_or_else(|| {
            anyhow!(
                "the report has no scenario {name:?}\n{}",
                there_are(&report)
            )
        })
    }

    fn render(&self, report: &report::Report, against: Option<&report::Report>) -> Result<Vec<u8>> {
        let name = self.format.name();
        self.format
            .render(report, self.weight, against)
            .map_err(|error| match error {
                FormatError::NotOne { .. } => anyhow!(
                    "{error}\nname one with --scenario, or a folder to write a file for each, as in -o {name}/\n{}",
                    there_are(report)
                ),
                _ => anyhow!(error),
            })
    }

    /// A file for each scenario where the form holds one; what has nothing to show is left out, and said.
    fn write_folder(
        &self,
        report: &report::Report,
        folder: &Path,
        render: impl Fn(&report::Report) -> Result<Vec<u8>>,
    ) -> Result<()> {
        let file = |name: &str| folder.join(format!("{name}{}", self.format.extension()));
        if self.format.holds_several() {
            return Ok(report::write(&file("report"), &render(report)?)?);
        }
        let names = report.scenario_names();
        ensure!(!names.is_empty(), "the report has no scenario");
        for (name, file_name) in names.iter().zip(file_names(&names)) {
            let alone = report.only(name).context("it was listed")?;
            match self.format.render(&alone, self.weight, None) {
                Ok(bytes) => report::write(&file(&file_name), &bytes)?,
                Err(nothing) => drop(note(&format!("left out: {nothing}"))),
            }
        }
        Ok(())
    }

    fn print(&self, bytes: &[u8]) -> Result<()> {
        let mut output = io::stdout().lock();
        if self.format.is_binary() && output.is_terminal() {
            bail!("{} is binary: name a file with -o", self.format.name());
        }
        let written = output.write_all(bytes).and_then(|()| output.flush());
        match written {
            // Who reads has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => bail!("failed to write to standard output: {error}"),
            Ok(()) => Ok(()),
        }
    }
}

/// It is there, or ends as folders do.
fn is_folder(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    path.is_dir()
        || text
            .last()
            .is_some_and(|last| std::path::is_separator((*last).into()))
}

fn there_are(report: &report::Report) -> String {
    match report.scenario_names().as_slice() {
        [] => "there is none".to_string(),
        names => format!("there are: {}", names.join(", ")),
    }
}
