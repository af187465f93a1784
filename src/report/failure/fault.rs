//! Where there is no verdict: what happened, where, and the heap as it was.

use super::frames::placed;
use super::layout::{DIM, WIDTH, counted, line, paragraph, spans};
use crate::report::names::short_name;
use crate::report::value::{Fault, Place, ScenarioReport};
use crate::suite::{Unit, format_bytes};

/// Frames that are shown of the stack at which a guest was stopped.
const STACK: usize = 12;

pub(in crate::report) fn fault_text(text: &mut String, report: &ScenarioReport, fault: &Fault) {
    for cause in fault.cause.lines() {
        // What is laid out by hand, such as a compiler's words, keeps its layout.
        let indent = cause.len() - cause.trim_start().len();
        if indent > 0 {
            line(text, &format!("  {cause}"));
        } else {
            paragraph(text, "  ", "  ", cause);
        }
    }
    if !fault.cause.is_empty() {
        text.push('\n');
    }
    stack(text, &fault.stack);
    if !fault.stderr.trim().is_empty() {
        spans(text, &[(DIM, "  its standard error ends with")]);
        let lines: Vec<&str> = fault.stderr.trim_end().lines().collect();
        lines[lines.len().saturating_sub(STACK)..]
            .iter()
            .for_each(|row| line(text, &format!("    {row}")));
        text.push('\n');
    }
    heap_as_it_was(text, report);
    line(
        text,
        "  This says nothing about leaks: no verdict was reached.",
    );
    text.push('\n');
}

fn stack(text: &mut String, stack: &[Place]) {
    if stack.is_empty() {
        return;
    }
    line(text, "  the guest's stack, innermost first");
    // A panic goes through a dozen frames of the library; what led to it comes after them.
    let of_library = stack.iter().take_while(|place| place.library).count();
    let skipped = if of_library < stack.len() {
        of_library
    } else {
        0
    };
    if skipped > 0 {
        line(
            text,
            &format!("    {} of the library, then", counted(skipped, "frame")),
        );
    }
    for place in stack[skipped..].iter().take(STACK) {
        placed(&short_name(&place.function), place, WIDTH - 4)
            .iter()
            .for_each(|row| line(text, &format!("    {row}")));
    }
    let more = (stack.len() - skipped).saturating_sub(STACK);
    if more > 0 {
        line(text, &format!("    and {}", counted(more, "more frame")));
    }
    text.push('\n');
}

fn heap_as_it_was(text: &mut String, report: &ScenarioReport) {
    let Some(last) = report.marks.last() else {
        return;
    };
    let live = Unit::Bytes.format(last.live.bytes as f64);
    let blocks = Unit::Blocks.format(last.live.blocks as f64);
    let memory = format_bytes(last.memory as f64);
    line(
        text,
        &format!("  the heap was {live} in {blocks}, in {memory} of linear memory"),
    );
    text.push('\n');
}
