//! `cargo xtask build-guests`: rebuilds the modules that are checked in.

#![expect(clippy::print_stdout, reason = "the command's output")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Error, Result, bail};
use clap::Args;

use crate::guests::{Debug, Guest, Language};
use crate::project::root;
use crate::{slim, toolchain};

/// Rebuild the guests, as far as their toolchains are there
#[derive(Args)]
pub(crate) struct BuildGuests {
    /// The modules' file names, without their ending; all of them if none is given
    names: Vec<String>,
    /// Write nothing, and fail where a module would change
    #[arg(long)]
    check: bool,
}

impl BuildGuests {
    pub(crate) fn run(&self) -> Result<()> {
        let root = root();
        let scratch = root.join("target/guests");
        fs::create_dir_all(&scratch).context("failed to create target/guests")?;
        let guests = select(Guest::list(&root)?, &self.names)?;
        let missing = missing_toolchains(&guests, &scratch);
        let mut changed = 0;
        for guest in &guests {
            if missing.contains_key(&guest.language) {
                println!("{:<44} skipped", guest.module.display());
                continue;
            }
            let built = build(guest, &root, &scratch)
                .with_context(|| format!("failed to build {}", guest.module.display()))?;
            let is_new = self.keep(guest, &root, &built)?;
            let kilobytes = built.len().div_ceil(1024);
            let change = if is_new { "changed" } else { "as before" };
            println!("{:<44} {kilobytes:>4} KB, {change}", guest.module.display());
            changed += usize::from(is_new);
        }
        report_missing(&missing);
        if self.check && changed > 0 {
            bail!("{changed} modules differ from what is checked in");
        }
        Ok(())
    }

    /// Writes a module unless it is there already; whether it was not.
    fn keep(&self, guest: &Guest, root: &Path, built: &[u8]) -> Result<bool> {
        let path = root.join(&guest.module);
        let is_new = fs::read(&path).ok().as_deref() != Some(built);
        if is_new && !self.check {
            fs::write(&path, built)
                .with_context(|| format!("failed to write {}", guest.module.display()))?;
        }
        Ok(is_new)
    }
}

fn select(mut guests: Vec<Guest>, names: &[String]) -> Result<Vec<Guest>> {
    let known: Vec<String> = guests.iter().map(Guest::name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        bail!("no guest is named {name:?}; there are {}", known.join(", "));
    }
    guests.retain(|guest| names.is_empty() || names.contains(&guest.name()));
    Ok(guests)
}

/// The languages that some guest needs and that cannot be compiled here, and why not.
fn missing_toolchains(guests: &[Guest], scratch: &Path) -> BTreeMap<Language, Error> {
    let mut missing = BTreeMap::new();
    let mut needed: Vec<Language> = guests.iter().map(|guest| guest.language).collect();
    needed.sort();
    needed.dedup();
    for language in needed {
        if let Err(error) = toolchain::check(language, scratch) {
            missing.insert(language, error);
        }
    }
    missing
}

fn report_missing(missing: &BTreeMap<Language, Error>) {
    for (language, error) in missing {
        let error = format!("{error:#}");
        // The first paragraph: compilers go on with advice on how to compile.
        let error = error.split("\n\n").next().unwrap_or_default();
        println!("\nguests in {} were skipped: {error}", language.name());
        println!("  {}", toolchain::how_to_get(*language));
    }
}

fn build(guest: &Guest, root: &Path, scratch: &Path) -> Result<Vec<u8>> {
    let output = scratch.join(format!("{}.wasm", guest.name()));
    toolchain::build(guest, root, &output)?;
    let built = fs::read(&output)?;
    match guest.debug {
        Debug::None => slim::strip(&built),
        Debug::Names => slim::keep_names(&built),
        Debug::Lines => slim::keep_lines(&built),
        Debug::Statics => slim::keep_statics(&built),
        Debug::Full => Ok(built),
    }
}
