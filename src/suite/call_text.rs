//! Calls and allocators as they are written on a command line, where no file is.

use std::str::FromStr;

use super::allocator::NamedAllocator;
use super::decode::decode;
use super::step::{Argument, Call};
use super::{scalar, units, yaml};

/// What is written is no call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}\nfor example: open, edit(3, 100), document = open(4), edit($document, 1.5)")]
pub struct InvalidCall(String);

impl FromStr for Call {
    type Err = InvalidCall;

    /// `name`, `name(3, 1.5)`, and `kept = name($other)`, where `kept` is what later calls know the result by.
    fn from_str(text: &str) -> Result<Call, InvalidCall> {
        let (keep, call) = kept(text.trim());
        let (export, arguments) = match call.strip_suffix(')').and_then(|it| it.split_once('(')) {
            Some((export, arguments)) => (export.trim_end(), arguments.trim()),
            None if call.contains('(') => {
                return Err(InvalidCall(format!("`{call}` has no closing parenthesis")));
            }
            None => (call, ""),
        };
        if export.is_empty() {
            return Err(InvalidCall(format!("`{text}` names no export")));
        }
        let arguments = match arguments {
            "" => Vec::new(),
            listed => listed.split(',').map(argument).collect::<Result<_, _>>()?,
        };
        Ok(Call {
            export: export.to_owned(),
            args: arguments,
            keep: keep.map(str::to_owned),
        })
    }
}

/// The name that the result is kept under, and the call. An export may have any character in its name.
fn kept(text: &str) -> (Option<&str>, &str) {
    let named = text.split_once('=');
    let named = named.map(|(name, call)| (name.trim_end(), call.trim_start()));
    match named.filter(|(name, _)| scalar::is_name(name)) {
        Some((name, call)) => (Some(name), call),
        None => (None, text),
    }
}

fn argument(text: &str) -> Result<Argument, InvalidCall> {
    let text = text.trim();
    let hexadecimal = text.strip_prefix("0x");
    let hexadecimal = hexadecimal.and_then(|digits| i128::from_str_radix(digits, 16).ok());
    let kept = text.strip_prefix('$').filter(|name| scalar::is_name(name));
    kept.map(|name| Argument::Kept(name.to_owned()))
        .or_else(|| text.parse().ok().map(Argument::Integer))
        .or(hexadecimal.map(Argument::Integer))
        .or_else(|| units::decimal(text).map(Argument::Float))
        .ok_or_else(|| InvalidCall(format!("`{text}` is no number, and no `$name` of a result")))
}

impl FromStr for NamedAllocator {
    type Err = String;

    /// An entry of a suite's `allocators`: `{ allocate: take, size: 1 }`.
    fn from_str(text: &str) -> Result<NamedAllocator, String> {
        let root = yaml::parse(text).map_err(|fault| fault.message)?;
        let decoded = decode::<NamedAllocator>(&root);
        let fault = decoded.faults.into_iter().next();
        fault.map_or_else(
            || decoded.value.ok_or_else(|| "it is empty".to_owned()),
            |fault| Err([vec![fault.message], fault.notes].concat().join("\n")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, keep: Option<&str>, export: &str, args: &[Argument]) {
        let expected = Call {
            export: export.to_owned(),
            args: args.to_vec(),
            keep: keep.map(str::to_owned),
        };
        assert_eq!(text.parse(), Ok(expected));
    }

    #[test]
    fn calls_are_written_as_in_most_languages() {
        let integer = Argument::Integer;
        check("open", None, "open", &[]);
        check(" open ( ) ", None, "open", &[]);
        check("edit(3, -100)", None, "edit", &[integer(3), integer(-100)]);
        check(
            "seek(0x10,1.5)",
            None,
            "seek",
            &[integer(16), Argument::Float(1.5)],
        );
        let kept = Argument::Kept("document".to_owned());
        check(
            "document = open(4)",
            Some("document"),
            "open",
            &[integer(4)],
        );
        check("close($document)", None, "close", &[kept]);
        check("ns:pkg/a#b.c=d(1)", None, "ns:pkg/a#b.c=d", &[integer(1)]);
    }

    #[track_caller]
    fn check_wrong(text: &str, expected: &str) {
        let error = text.parse::<Call>().expect_err("it is no call");
        assert_eq!(error.to_string().lines().next(), Some(expected));
    }

    #[test]
    fn what_is_no_call_is_told() {
        check_wrong("", "`` names no export");
        check_wrong("edit(3", "`edit(3` has no closing parenthesis");
        check_wrong("(3)", "`(3)` names no export");
        check_wrong("edit(a)", "`a` is no number, and no `$name` of a result");
        check_wrong("edit(1,)", "`` is no number, and no `$name` of a result");
    }

    #[test]
    fn allocators_are_written_as_in_suites() {
        let allocator = "{ allocate: take, size: 1 }".parse::<NamedAllocator>();
        assert_eq!(
            allocator.map(|it| it.function().to_owned()),
            Ok("take".into())
        );
        assert!("{ allocates: take }".parse::<NamedAllocator>().is_err());
        assert!("take".parse::<NamedAllocator>().is_err());
        assert!("".parse::<NamedAllocator>().is_err());
    }
}
