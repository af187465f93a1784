//! A command that looks into a folder once a minute and says which word it found most often.
//!
//! `watch ROUNDS` counts the words of all files in `$FOLDER`, leaves out those that standard input lists, and ends after
//! so many rounds.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io, thread};

/// How often each word was found.
type Words = BTreeMap<String, u32>;

fn main() -> ExitCode {
    match watch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn watch() -> io::Result<()> {
    let rounds = env::args().nth(1).and_then(|rounds| rounds.parse().ok());
    let folder = env::var("FOLDER").unwrap_or_else(|_| "/".to_owned());
    let left_out = io::read_to_string(io::stdin())?;
    for round in 1..=rounds.unwrap_or(1) {
        let mut words = count_words(&folder)?;
        words.retain(|word, _| left_out.lines().all(|line| line != word));
        report(round, &words);
        thread::sleep(Duration::from_secs(60));
    }
    Ok(())
}

fn count_words(folder: &str) -> io::Result<Words> {
    let mut words = Words::new();
    for entry in fs::read_dir(folder)? {
        let text = fs::read_to_string(entry?.path())?;
        for word in text.split_whitespace() {
            *words.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    Ok(words)
}

fn report(round: u32, words: &Words) {
    let total: u32 = words.values().sum();
    match words.iter().max_by_key(|(_, count)| **count) {
        Some((word, count)) => println!("{round}: {total} words, {count} times {word}"),
        None => println!("{round}: no words"),
    }
}
