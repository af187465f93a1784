//! Frees that are wrong: what was freed, where, and where it was freed before.

use super::frames::frame_lines;
use super::layout::{WIDTH, line};
use crate::report::names::own_frames;
use crate::report::value::{FormerReport, InsideReport, Place, ScenarioReport, WrongFreeReport};
use crate::suite::{Unit, format_exact_bytes};

/// Wrong frees that are shown; the rest is in the report.
const SHOWN: usize = 3;

/// Columns before a stack.
const INDENT: usize = 20;

pub(in crate::report) fn wrong_frees(text: &mut String, report: &ScenarioReport) {
    for free in report.wrong_frees.iter().take(SHOWN) {
        match &free.former {
            Some(former) => double_free(text, free, former),
            None => stranger(text, free),
        }
        if let Some(inside) = &free.inside {
            inside_of(text, inside);
        }
        afterwards(text, free);
        text.push('\n');
    }
    let more = report.wrong_frees.len().saturating_sub(SHOWN);
    if more > 0 {
        line(
            text,
            &format!("  and {more} more like that, see the report\n"),
        );
    }
}

fn double_free(text: &mut String, free: &WrongFreeReport, former: &FormerReport) {
    let bytes = format_exact_bytes(former.bytes as f64);
    let (then, before) = (verb(free.by_resize), verb(former.by_resize));
    let (what, again) = if then == before {
        (format!("{then} twice"), " again")
    } else {
        (
            format!("{then} by its old address, after it was {before}"),
            "",
        )
    };
    let address = free.address;
    line(
        text,
        &format!("  a block of {bytes} at {address:#x} was {what}"),
    );
    row(text, &format!("{then}{again}"), free.freed.as_deref());
    row(text, &format!("{before} before"), former.freed.as_deref());
    row(text, "allocated", former.allocated.as_deref());
}

fn stranger(text: &mut String, free: &WrongFreeReport) {
    let (address, freed) = (free.address, verb(free.by_resize));
    line(
        text,
        &format!("  {address:#x} was {freed}, which no allocation returned"),
    );
    row(text, freed, free.freed.as_deref());
}

fn inside_of(text: &mut String, inside: &InsideReport) {
    let [offset, bytes] =
        [inside.offset, inside.bytes].map(|bytes| format_exact_bytes(bytes as f64));
    words(
        text,
        "where",
        &format!("{offset} into a live block of {bytes}"),
    );
    row(text, "allocated", inside.allocated.as_deref());
}

fn afterwards(text: &mut String, free: &WrongFreeReport) {
    if free.others > 0 {
        let more = format!(
            "{} by the same stacks",
            Unit::Frees.format(free.others as f64)
        );
        words(text, "and", &more.replacen(" free", " more free", 1));
    }
    if free.handed_out_twice > 0 {
        words(
            text,
            "and then",
            "the allocator handed it out while it was in use",
        );
    }
}

fn verb(by_resize: bool) -> &'static str {
    if by_resize { "resized" } else { "freed" }
}

/// A stack, with what happened there in front.
fn row(text: &mut String, title: &str, stack: Option<&[Place]>) {
    let lines = match stack {
        Some(stack) => frame_lines(&own_frames(stack), WIDTH - INDENT),
        None => vec!["before the module was started".to_string()],
    };
    let mut title = title;
    for below in lines {
        words(text, title, &below);
        title = "";
    }
}

fn words(text: &mut String, title: &str, words: &str) {
    let width = INDENT - 4;
    line(text, &format!("    {title:<width$}{words}"));
}
