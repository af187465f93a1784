//! Folded stacks: a line a stack, `outermost;...;innermost bytes`, as inferno and flamegraph.pl read them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Told;
use super::text::{UNKNOWN, clean};
use crate::report::value::SiteReport;
use crate::report::weight::Weight;

pub(super) fn render(told: &Told<'_>, weight: Weight) -> Vec<u8> {
    let mut text = String::new();
    for (stack, bytes) in stacks(told, weight) {
        writeln!(text, "{stack} {bytes}").expect("a string takes every byte");
    }
    text.into_bytes()
}

/// What each stack weighs, which several sites may have. What has shrunk cannot be drawn, and is left out.
pub(super) fn stacks(told: &Told<'_>, weight: Weight) -> BTreeMap<String, i64> {
    let mut stacks = BTreeMap::new();
    for site in &told.scenario.sites {
        let bytes = weight.of(told.scenario, site).bytes;
        if bytes > 0 {
            *stacks.entry(stack(site)).or_default() += bytes;
        }
    }
    stacks
}

fn stack(site: &SiteReport) -> String {
    let outwards = site.stack.iter().rev();
    let names: Vec<String> = outwards.map(|place| name(&place.function)).collect();
    match names.is_empty() {
        true => UNKNOWN.to_string(),
        false => names.join(";"),
    }
}

/// A semicolon, as in `[u8; 4]`, would end the frame, and a number at the end would be taken for bytes.
fn name(function: &str) -> String {
    let name = clean(function).replace(';', ":");
    let is_number = |word: &str| {
        word.chars()
            .all(|digit| digit.is_ascii_digit() || digit == '.')
    };
    match name.trim().rsplit_once(' ') {
        Some((before, last)) if is_number(last) => format!("{before}_{last}"),
        None if name.trim().is_empty() => UNKNOWN.to_string(),
        _ => name.trim().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: &str, expected: &str) {
        assert_eq!(name(function), expected);
    }

    #[test]
    fn names_do_not_end_frames_or_lines() {
        check("draw<[u8; 4]>", "draw<[u8: 4]>");
        check("two\nlines 1", "two\u{fffd}lines_1");
        check("f 10 2.5", "f 10_2.5");
        check(" ", UNKNOWN);
        check(" operator new ", "operator new");
    }
}
