//! Patterns over the stacks of sites, anchored at the function that allocates.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// What stands for any number of functions in a list.
const GAP: &str = "...";

/// A pattern over the functions of a stack, innermost first: the program's own ones, named as snapshots name them.
///
/// Its first function is the one that allocates; callers beyond the last may be any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePattern(Vec<String>);

impl SitePattern {
    /// Whether a site matches that has these functions on its stack, innermost first.
    pub fn matches(&self, functions: &[impl AsRef<str>]) -> bool {
        let mut rest = functions;
        let mut parts = self.0.split(|part| part == GAP);
        // The first part is anchored; of the others the earliest place is as good as any, since the end is open.
        let Some(after) = parts.next().and_then(|part| after_prefix(part, rest)) else {
            return false;
        };
        rest = after;
        parts.all(|part| {
            let mut places = (0..=rest.len()).map(|from| after_prefix(part, &rest[from..]));
            let found = places.find_map(|after| after);
            rest = found.unwrap_or_default();
            found.is_some()
        })
    }

    fn parse(functions: Vec<String>) -> Result<SitePattern, String> {
        let functions: Vec<String> = functions.iter().map(|it| it.trim().to_owned()).collect();
        if functions.is_empty() || functions.iter().any(String::is_empty) {
            return Err(format!("a site needs the name of a function\n{EXAMPLE}"));
        }
        let pattern = SitePattern(functions);
        if let Some(chain) = pattern.0.iter().find(|function| function.contains(" <- ")) {
            let list = chain.replace(" <- ", ", ");
            return Err(format!(
                "`{chain}` is no function\nseveral are a list: [{list}]"
            ));
        }
        let is_open = |function: &String| function.bytes().all(|it| matches!(it, b'*' | b'.'));
        if pattern.0.iter().all(is_open) {
            let why = "an allowance is for what is known: name the function that allocates";
            return Err(format!("`{pattern}` matches every site\n{why}"));
        }
        Ok(pattern)
    }
}

const EXAMPLE: &str = "for example: image::cache::insert, or [image::cache::insert, ..., on_frame]";

/// What follows these functions where the stack begins with them.
fn after_prefix<'s, T: AsRef<str>>(part: &[String], stack: &'s [T]) -> Option<&'s [T]> {
    let (prefix, rest) = stack.split_at_checked(part.len())?;
    let mut pairs = part.iter().zip(prefix);
    pairs
        .all(|(pattern, function)| is_like(pattern, function.as_ref()))
        .then_some(rest)
}

/// Whether the name fits, where a `*` of the pattern stands for any characters.
fn is_like(pattern: &str, name: &str) -> bool {
    let Some((first, others)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
    for part in middle.split('*') {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// As a suite has it.
impl fmt::Display for SitePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.0.as_slice() {
            [one] => formatter.write_str(one),
            several => write!(formatter, "[{}]", several.join(", ")),
        }
    }
}

impl<'de> Deserialize<'de> for SitePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Functions)
    }
}

struct Functions;

impl<'de> Visitor<'de> for Functions {
    type Value = SitePattern;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("the name of a function, or a list of them")
    }

    fn visit_str<E: Error>(self, function: &str) -> Result<SitePattern, E> {
        SitePattern::parse(vec![function.to_owned()]).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<SitePattern, A::Error> {
        let mut functions = Vec::new();
        while let Some(function) = items.next_element()? {
            functions.push(function);
        }
        SitePattern::parse(functions).map_err(A::Error::custom)
    }
}

impl JsonSchema for SitePattern {
    fn schema_name() -> Cow<'static, str> {
        "SitePattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The function that allocates, as snapshots name it (without parameters and type arguments, functions \
                of libraries passed over), or a list of functions, that one first and its callers after it. `*` in a name stands \
                for any characters, `...` in a list for any number of functions; callers beyond the last may be any.",
            "anyOf": [
                { "type": "string", "minLength": 1 },
                { "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::SitePattern;

    const STACK: [&str; 4] = [
        "image::cache::insert",
        "image::decode",
        "app::draw",
        "on_frame",
    ];

    #[track_caller]
    fn check(pattern: &[&str], matches: bool) {
        let functions = pattern.iter().map(|&it| it.to_owned()).collect();
        let pattern = SitePattern::parse(functions).expect("the pattern is right");
        assert_eq!(pattern.matches(&STACK), matches, "{pattern}");
    }

    #[test]
    fn a_name_is_that_of_the_function_that_allocates() {
        check(&["image::cache::insert"], true);
        check(&["cache::insert"], false);
        check(&["image::cache"], false);
        check(&["image::decode"], false);
    }

    #[test]
    fn stars_stand_for_any_characters() {
        check(&["*::insert"], true);
        check(&["image::*"], true);
        check(&["image::*::insert"], true);
        check(&["im*ca*sert"], true);
        check(&["image::cache::insert*"], true);
        check(&["image::*::inserted"], false);
        check(&["*::insert::*"], false);
        check(&["insert*insert"], false);
    }

    #[test]
    fn lists_go_outwards_from_there() {
        check(&["image::cache::insert", "image::decode"], true);
        check(&["image::cache::insert", "app::draw"], false);
        check(&["image::cache::insert", "...", "app::draw"], true);
        check(&["image::cache::insert", "...", "image::decode"], true);
        check(&["image::cache::insert", "...", "on_frame", "..."], true);
        check(&["image::cache::insert", "*", "app::*"], true);
        check(&["...", "on_frame"], true);
        check(&["...", "app::draw", "image::decode"], false);
        check(
            &[
                "image::cache::insert",
                "image::decode",
                "app::draw",
                "on_frame",
                "main",
            ],
            false,
        );
    }

    #[test]
    fn patterns_that_match_everything_or_nothing_are_refused() {
        let check = |pattern: &[&str], expected: &str| {
            let functions = pattern.iter().map(|&it| it.to_owned()).collect();
            let message = SitePattern::parse(functions).expect_err("the pattern is wrong");
            assert_eq!(message.lines().next(), Some(expected));
        };
        check(&[], "a site needs the name of a function");
        check(&["  "], "a site needs the name of a function");
        check(&["insert", ""], "a site needs the name of a function");
        check(&["*"], "`*` matches every site");
        check(&["**"], "`**` matches every site");
        check(&["...", "*"], "`[..., *]` matches every site");
        check(&["insert <- draw"], "`insert <- draw` is no function");
    }
}
