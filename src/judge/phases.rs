//! What one part of the story did, from one mark to another.

use super::measure::difference;
use crate::heap::{Mark, Recording};
use crate::run::MarkKind;
use crate::suite::{OfPhase, Phase};

/// None where the run did not come to the marks that the phase lies between.
pub(super) fn measure(phase: Phase, of: OfPhase, recording: &Recording) -> Option<f64> {
    let between = within(phase, &recording.marks)?;
    let (last, before) = (between.marks.last()?, between.before);
    let total = before.map(|mark| mark.total).unwrap_or_default();
    Some(match of {
        OfPhase::Delta => {
            let live = before.map_or(0, |mark| mark.live.bytes);
            difference(last.live.bytes, live)
        }
        OfPhase::Total => difference(last.total.bytes, total.bytes),
        OfPhase::TotalBlocks => difference(last.total.blocks, total.blocks),
        OfPhase::Peak => {
            let peaks = between.marks.iter().map(|mark| mark.peak.bytes);
            peaks.max().unwrap_or_default() as f64
        }
        // Before the first mark, linear memory has its initial size, which is none of the heap's doing.
        OfPhase::MemoryGrowth => difference(last.memory, before?.memory),
    })
}

/// The marks of a phase.
struct Within<'r> {
    /// Where it starts; none where it starts with the instance.
    before: Option<&'r Mark>,
    /// The marks in it, the one at its end included.
    marks: &'r [Mark],
}

fn within(phase: Phase, marks: &[Mark]) -> Option<Within<'_>> {
    let at = |kind| marks.iter().position(|mark| mark.kind == kind);
    let last_cycle = marks
        .iter()
        .rposition(|mark| matches!(mark.kind, MarkKind::Cycle(_)));
    let (from, to) = match phase {
        Phase::Start => (None, at(MarkKind::Baseline)?),
        Phase::Cycles => (
            Some(at(MarkKind::Baseline)?),
            last_cycle.or(at(MarkKind::IdleStart))?,
        ),
        Phase::Settle => (Some(last_cycle?), at(MarkKind::IdleStart)?),
        Phase::Idle => (Some(at(MarkKind::IdleStart)?), at(MarkKind::IdleEnd)?),
        Phase::Teardown => (Some(at(MarkKind::IdleEnd)?), at(MarkKind::Final)?),
    };
    Some(Within {
        before: from.map(|from| &marks[from]),
        marks: marks.get(from.map_or(0, |from| from + 1)..=to)?,
    })
}
