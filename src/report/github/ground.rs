//! Where the places that a report names are in a checkout.

use std::collections::BTreeMap;

use crate::report::value::Place;

/// What is known of a checkout.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// Files from the checkout's root, by their own names.
    files: BTreeMap<String, Vec<String>>,
    /// Suites by name.
    suites: BTreeMap<String, SuiteFile>,
}

/// A suite's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuiteFile {
    /// From the checkout's root, to annotate it.
    pub file: String,
    /// As one names it where the gate is run.
    pub path: String,
    /// The lines on which its scenarios begin.
    pub scenarios: BTreeMap<String, u32>,
    /// What is wrong with it.
    pub mistakes: Vec<Mistake>,
}

/// Something that is wrong with a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, if not the file as a whole is wrong.
    pub line: Option<u32>,
    /// What, in one line.
    pub message: String,
}

impl Ground {
    /// A checkout with these files, named from its root with forward slashes, and these suites, by name.
    pub fn new(
        files: impl IntoIterator<Item = String>,
        suites: BTreeMap<String, SuiteFile>,
    ) -> Ground {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in files {
            let name = file.rsplit('/').next().unwrap_or(&file).to_string();
            by_name.entry(name).or_default().push(file);
        }
        Ground {
            files: by_name,
            suites,
        }
    }

    pub(super) fn suite(&self, name: &str) -> Option<&SuiteFile> {
        self.suites.get(name)
    }

    /// The innermost frame of the program's own that is in the checkout: its file and line.
    pub(super) fn line_of(&self, stack: &[Place]) -> Option<(&str, u32)> {
        let own = stack.iter().filter(|place| !place.library);
        own.into_iter()
            .find_map(|place| Some((self.file(place.file.as_deref()?)?, place.line?)))
    }

    /// The file of the checkout that a build's name for it stands for.
    ///
    /// Builds run in folders of their own, so the two share their ends: the file with the longest such end is meant, if no
    /// other has it as well. The name of a file without a folder is too little: every project has a `lib.rs`.
    fn file(&self, path: &str) -> Option<&str> {
        let components = path.split('/').count();
        let name = path.rsplit('/').next()?;
        let shared = |file: &str| {
            let pairs = path.rsplit('/').zip(file.rsplit('/'));
            pairs.take_while(|(left, right)| left == right).count()
        };
        let is_telling = |file: &&String| {
            let shared = shared(file);
            shared == components || shared > 1 && !is_of_registry(path)
        };
        let candidates = || {
            self.files
                .get(name)
                .into_iter()
                .flatten()
                .filter(is_telling)
        };
        let longest = candidates().map(|file| shared(file)).max()?;
        let mut best = candidates().filter(|file| shared(file) == longest);
        match (best.next(), best.next()) {
            (Some(file), None) => Some(file),
            // Of several, the one of which nothing is left over.
            _ => candidates()
                .find(|file| file.split('/').count() == longest)
                .map(String::as_str),
        }
    }
}

/// Whether that is a crate's file as a registry has it: `serde-1.0.229/src/lib.rs`. The checkout's own `src/lib.rs` is another.
fn is_of_registry(path: &str) -> bool {
    let folder = path.split('/').next().unwrap_or_default();
    let version = folder.rsplit_once('-').map(|(_, version)| version);
    version.is_some_and(|version| {
        version.starts_with(|it: char| it.is_ascii_digit()) && version.contains('.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 7] = [
        "src/lib.rs",
        "feed/src/lib.rs",
        "feed/src/cache.rs",
        "guests/a/main.c",
        "guests/b/main.c",
        "only.c",
        "web/assembly/index.ts",
    ];

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let ground = Ground::new(FILES.map(String::from), BTreeMap::new());
        assert_eq!(ground.file(path), expected, "{path}");
    }

    #[test]
    fn the_longest_end_counts() {
        check("feed/src/cache.rs", Some("feed/src/cache.rs"));
        check("src/cache.rs", Some("feed/src/cache.rs"));
        check(
            "/home/runner/work/app/feed/src/lib.rs",
            Some("feed/src/lib.rs"),
        );
        check("guests/b/main.c", Some("guests/b/main.c"));
        check("assembly/index.ts", Some("web/assembly/index.ts"));
        check("only.c", Some("only.c"));
        check("/home/runner/work/app/src/lib.rs", Some("src/lib.rs"));
    }

    #[test]
    fn what_is_not_sure_is_not_told() {
        check("serde-1.0.229/src/cache.rs", None);
        check("main.c", None);
        check("vendor/only.c", None);
        check("../../etc/passwd", None);
        check("", None);
    }
}
