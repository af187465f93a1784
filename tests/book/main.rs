//! The README and the book as their readers meet them: every command is played, every output compared, every suite loaded,
//! every link followed.
//!
//! A page is played in an empty folder, from its top to its end. What it does not show stands in comments that no reader sees:
//!
//! - `<!-- play: file suites/app.yaml -->` writes the block that follows into that file.
//! - `<!-- play: edit src/lib.rs -->` puts the function that follows in the place of the one that begins with the same line.
//! - `<!-- play: guest leak/leak-o2.wasm app.wasm -->` copies a module of `guests/`.
//! - `<!-- play: suite suites/feed.yaml suites/app.yaml -->` copies a suite of this repository.
//! - `<!-- play: built app.wasm c-notes -->` says what the commands above have built. Where their compiler was not asked for,
//!   `book/modules/c-notes.wasm` takes its place.
//! - `<!-- play: folder again -->` goes on in another empty folder.
//!
//! Blocks of `console` hold commands after `$ `, and what they say. A line `...` stands for any lines. What fails is followed by
//! `$ echo $?`. `console,needs=zig` is played where `MEMGATE_BOOK=tools` asks for it, as `cargo xtask test-book` does,
//! `console,install` never: it brings what is there already. `console,ci` is played by `.ci/run`,
//! `console,tools` by `cargo xtask test-tools`.
//!
//! `UPDATE_DOCS=1 cargo test --test book` writes what was said into the pages.

mod commands;
mod compare;
mod keys;
mod links;
mod page;
mod planted;
mod play;
mod reader;
mod suites;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use self::page::Page;

fn main() -> ExitCode {
    let pages = pages();
    let mut trials = vec![
        Trial::test("planted_faults_are_found", planted::are_found)
            .with_ignored_flag(cfg!(windows)),
        Trial::test("every_suite_loads", || suites::load_all(&self::pages())),
        Trial::test("every_link_leads_somewhere", || {
            links::follow_all(&self::pages())
        }),
        Trial::test("every_page_is_in_the_summary", || {
            links::summary(&self::pages())
        }),
        Trial::test("every_key_is_in_the_reference", keys::of_suites),
        Trial::test("every_metric_is_in_the_reference", keys::of_thresholds),
        Trial::test("every_format_is_in_the_reference", keys::of_formats),
        Trial::test("every_input_of_the_action_is_told", keys::of_action),
        Trial::test("every_variable_is_in_the_reference", keys::of_environment),
        Trial::test("every_command_is_in_the_reference", keys::of_commands),
    ];
    let played = pages.into_iter().filter(Page::is_played);
    trials.extend(played.map(|page| {
        let name = page.name();
        // Commands are those of a Unix shell.
        Trial::test(name, move || play::play(&page)).with_ignored_flag(cfg!(windows))
    }));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    tools::tell_what_was_left_out();
    conclusion.exit_code()
}

/// The README, and all pages of the book.
fn pages() -> Vec<Page> {
    let mut paths = vec![root().join("README.md")];
    find(&root().join("book/src"), &mut paths);
    paths[1..].sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

fn find(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the book is there") {
        let path = entry.expect("its folders can be read").path();
        if path.is_dir() {
            find(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Several complaints as one failure.
fn no_complaints(complaints: Vec<String>) -> Result<(), Failed> {
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(complaints.join("\n").into()),
    }
}
