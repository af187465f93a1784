//! `cargo xtask test-book`: the book's pages, with the commands in them that need more than Rust.
//!
//! `cargo test --test book` plays them without: what compilers would have built lies in `book/modules`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::project::{root, scratch};
use crate::slim;

/// Play the README and the book with every compiler that is there.
#[derive(Args)]
pub(crate) struct TestBook {
    /// Keep what the compilers build as the modules that are played without them
    #[arg(long)]
    keep_modules: bool,
    /// Write what was said into the pages
    #[arg(long)]
    update: bool,
    /// Only pages whose names contain this
    #[arg(default_value = "")]
    filter: String,
}

impl TestBook {
    pub(crate) fn run(self) -> Result<()> {
        let built = scratch("book-modules")?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut test = Command::new(cargo);
        test.args([
            "test",
            "--package",
            "memgate",
            "--test",
            "book",
            "--",
            &self.filter,
        ])
        .current_dir(root())
        .env("MEMGATE_BOOK", "tools")
        .env("MEMGATE_BOOK_MODULES", &built);
        if self.update {
            test.env("UPDATE_DOCS", "1");
        }
        let status = test.status().context("failed to run cargo")?;
        if self.keep_modules {
            keep(&built)?;
        }
        ensure!(status.success(), "the book does not say what happens");
        Ok(())
    }
}

/// Modules as small as those of `guests/`: they name lines and statics, and no more.
fn keep(built: &Path) -> Result<()> {
    for entry in fs::read_dir(built)? {
        let module = entry?.path();
        let wasm = fs::read(&module)?;
        let kept = root()
            .join("book/modules")
            .join(module.file_name().expect("it was listed"));
        fs::write(
            &kept,
            slim::keep_statics(&wasm).context(module.display().to_string())?,
        )?;
    }
    Ok(())
}
