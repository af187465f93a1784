//! File names of scenarios, whose own names may be anything.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

/// Characters of a name that are kept; file systems take no more than 255 bytes.
const LONGEST: usize = 100;

/// A file name for each, without its extension: safe on every system, and no two alike, also where case does not count.
///
/// A name that had to be changed, or that another one is like, ends in a hash of what it was.
pub fn file_names(names: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut file_name = |name: &String| {
        let plain = plain(name);
        let is_faithful = plain == name.replace("::", "__");
        let file_name = match is_faithful && taken.insert(plain.to_lowercase()) {
            true => plain,
            false => format!("{plain}-{}", hash(name)),
        };
        taken.insert(file_name.to_lowercase());
        file_name
    };
    names.iter().map(&mut file_name).collect()
}

/// `suite__scenario`, as snapshots are named.
fn plain(name: &str) -> String {
    let is_safe =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let joined = name.replace("::", "__");
    let safe = joined.chars().take(LONGEST);
    let safe: String = safe
        .map(|character| if is_safe(character) { character } else { '-' })
        .collect();
    // Hidden files, and what shells take for an option.
    match safe.trim_start_matches(['.', '-']) {
        "" => "scenario".to_string(),
        trimmed => trimmed.to_string(),
    }
}

fn hash(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], expected: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        assert_eq!(file_names(&names), expected);
    }

    #[test]
    fn usual_names_are_kept() {
        check(
            &["feed::scroll", "leak-o2::at-once"],
            &["feed__scroll", "leak-o2__at-once"],
        );
    }

    #[test]
    fn hostile_names_become_safe_and_stay_apart() {
        check(
            &["../a::b", "a::b", "A::B", "...", "a/b::c\n", "con::x"],
            &[
                "a__b-39211dab96b277c4",
                "a__b",
                "A__B-e12506ef9cd94a6e",
                "scenario-ab5df625bc76dbd4",
                "a-b__c--d6ea9793a765e972",
                "con__x",
            ],
        );
    }

    #[test]
    fn long_names_are_cut() {
        let names = ["x", "y"].map(|end| "a".repeat(10_000) + end);
        let made = file_names(&names);
        assert!(made.iter().all(|name| name.len() < 150), "{made:?}");
        assert_ne!(made[0], made[1]);
    }
}
