//! Names as other programs can take them.

use crate::module::printable;
use crate::report::value::Place;

/// What stands for a stack of which nothing is known.
pub(super) const UNKNOWN: &str = "[unknown]";

/// A name on one line, of bearable length, without what a terminal would obey and XML cannot hold.
///
/// Names in a report that we wrote are so already; anybody may have written this one.
pub(super) fn clean(name: &str) -> String {
    printable(name).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// `function (file:line)`, as far as it is known.
pub(super) fn frame(place: &Place) -> String {
    let function = clean(&place.function);
    match (&place.file, place.line) {
        (Some(file), Some(line)) => format!("{function} ({}:{line})", clean(file)),
        (Some(file), None) => format!("{function} ({})", clean(file)),
        (None, _) => function,
    }
}

/// Pretty, as text that ends with its line.
pub(super) fn json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("it is a JSON value");
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: Option<&str>, line: Option<u32>, expected: &str) {
        let place = Place {
            function: "draw\n".to_string(),
            file: file.map(str::to_string),
            line,
            inlined: false,
            library: false,
        };
        assert_eq!(frame(&place), expected);
    }

    #[test]
    fn frames_are_named_on_one_line() {
        check(Some("a\u{1b}.c"), Some(7), "draw\u{fffd} (a\u{fffd}.c:7)");
        check(Some("a\u{ffff}.c"), None, "draw\u{fffd} (a\u{fffd}.c)");
        check(None, Some(7), "draw\u{fffd}");
    }
}
