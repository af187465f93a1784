//! Workflow commands: lines of a step's output that GitHub's runner obeys.

use std::fmt;

use super::bounded::shortened;

/// Something that is wrong, told at a line of the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The file, from the root of the checkout; none if it is about nothing in it.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// One line.
    pub title: String,
    /// Any number of lines.
    pub message: String,
}

/// Longer ones are cut by GitHub.
const LONGEST_TITLE: usize = 255;
const LONGEST_MESSAGE: usize = 4000;

/// One line, whatever the annotation holds.
impl fmt::Display for Annotation {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "::error ")?;
        if let Some(file) = &self.file {
            write!(formatter, "file={},", property(file))?;
            if let Some(line) = self.line {
                write!(formatter, "line={line},")?;
            }
        }
        let title = property(&shortened(&self.title, LONGEST_TITLE));
        let message = data(&shortened(&self.message, LONGEST_MESSAGE));
        write!(formatter, "title={title}::{message}")
    }
}

/// What stands behind the last colons.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What stands between them, where colons and commas divide.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(annotation: &Annotation, expected: &str) {
        let line = annotation.to_string();
        assert_eq!(line, expected);
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn an_annotation_is_one_command() {
        let mut annotation = Annotation {
            file: Some("src/cache.rs".into()),
            line: Some(48),
            title: "feed::scroll grew by 2.9 MB".into(),
            message: "752 KB in 376 blocks\nheld by the static feed::FEED".into(),
        };
        check(
            &annotation,
            "::error file=src/cache.rs,line=48,title=feed%3A%3Ascroll grew by 2.9 MB::752 KB in 376 blocks%0Aheld by the static feed::FEED",
        );
        annotation.file = None;
        annotation.title = "a,b\r\n::stop-commands::x".into();
        annotation.message = "100%\n::set-output name=x::y".into();
        check(
            &annotation,
            "::error title=a%2Cb%0D%0A%3A%3Astop-commands%3A%3Ax::100%25%0A::set-output name=x::y",
        );
    }

    #[test]
    fn long_ones_are_cut() {
        let annotation = Annotation {
            file: None,
            line: None,
            title: "ß".repeat(9000),
            message: "%".repeat(9000),
        };
        assert!(annotation.to_string().len() < 15_000);
    }
}
