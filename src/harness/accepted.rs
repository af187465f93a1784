//! Judging against accepted numbers, and keeping those of this run for review where they no longer do.

use std::path::Path;

use super::{faults, modules};
use crate::heap::Recording;
use crate::judge::{Accepted, Allowed, Judgement, judge, relative_metrics};
use crate::module::Module;
use crate::report::{Fault, SnapshotChange};
use crate::snapshot::{self, Info, Kept};
use crate::suite::{Scenario, Suite};

/// A run that was judged.
pub(super) struct Judged {
    pub(super) judgement: Judgement,
    /// What is to be reviewed of the accepted numbers, if anything is.
    pub(super) change: Option<SnapshotChange>,
    /// Whether the accepted numbers are those of this run as well, so that nothing was written.
    pub(super) is_settled: bool,
}

/// Judges a run that was told to its end. Where insta was told to take everything, what it takes counts as accepted.
pub(super) fn judge_with_accepted(
    root: &Path,
    suite: &Suite,
    scenario: &Scenario,
    module: &Module,
    recording: &Recording,
    allowed: &[Allowed],
) -> Result<Judged, Fault> {
    let judged = |accepted: &Accepted| {
        judge(scenario, recording, accepted, allowed)
            .map_err(|why| faults::not_measured(why, scenario, module))
    };
    if relative_metrics(&scenario.thresholds).is_empty() {
        return Ok(settled(judged(&Accepted::default())?));
    }
    let before = snapshot::accepted_numbers(root, &suite.name, &scenario.name)
        .map_err(faults::untrusted_numbers)?;
    let judgement = judged(&before.clone().unwrap_or_default())?;
    let after = judgement.to_accept(before.as_ref());
    if before.as_ref() == Some(&after) {
        return Ok(settled(judgement));
    }
    let info = Info::of(suite, scenario, &modules::name(suite), judgement.holds());
    let kept = snapshot::keep_numbers(root, &suite.path, &info, before.as_ref(), &after)
        .map_err(faults::no_snapshot)?;
    let (judgement, change) = match kept {
        Kept::Accepted => (judged(&after)?, None),
        Kept::Passed => (judgement, None),
        Kept::ForReview(change) => (judgement, Some(change)),
    };
    Ok(Judged {
        judgement,
        change,
        is_settled: false,
    })
}

fn settled(judgement: Judgement) -> Judged {
    Judged {
        judgement,
        change: None,
        is_settled: true,
    }
}
