//! What a reader of the figures should know, in sentences.

use crate::heap::{Diagnostics, Recording};
use crate::suite::Unit;

pub(super) fn notes(recording: &Recording) -> Vec<String> {
    let Diagnostics {
        unseen_frees,
        folded_allocations,
        ..
    } = recording.diagnostics;
    let mut notes = wrong_frees(recording);
    if unseen_frees > 0 {
        let blocks = Unit::Blocks.format(unseen_frees as f64);
        let cause = match &recording.wrong_frees {
            Some(frees) if frees.double > 0 => "what is freed twice is handed out twice",
            _ => "memgate does not know one of the module's ways to free",
        };
        notes.push(format!(
            "{blocks} handed out again with no free in between: {cause}"
        ));
    }
    if folded_allocations > 0 {
        notes.push(format!(
            "{folded_allocations} allocations came by more calling contexts than are kept apart: they are listed by call site"
        ));
    }
    notes
}

fn wrong_frees(recording: &Recording) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |frees: u64, what: &str| {
        if frees > 0 {
            notes.push(format!("{} of {what}", Unit::Frees.format(frees as f64)));
        }
    };
    let unknown = recording.diagnostics.unknown_frees;
    let Some(frees) = &recording.wrong_frees else {
        note(
            unknown,
            "what was no block; the scenario did not run the same way again, so that no more is known",
        );
        return notes;
    };
    note(frees.double, "what had been freed before");
    note(
        frees.strangers,
        "what no allocation returned: the pointers are wrong, or the module came with a full heap",
    );
    note(
        unknown.saturating_sub(frees.double + frees.strangers),
        "what was no block, at more addresses than are looked into",
    );
    notes
}
