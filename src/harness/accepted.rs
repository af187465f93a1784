//! Judging against accepted numbers, and keeping those of this run for review where they no longer do.

use std::path::Path;

use super::{faults, modules};
use crate::heap::Recording;
use crate::judge::{Accepted, Allowed, Judgement, judge, relative_metrics};
use crate::module::Module;
use crate::report::{Fault, SnapshotChange};
use crate::snapshot::{self, Info, Kept};
use crate::suite::{Scenario, Suite};

/// Judges a run that was told to its end. Where insta was told to take everything, what it takes counts as accepted.
///
/// Beside the judgement comes what is to be reviewed of the accepted numbers, if anything is.
pub(super) fn judge_with_accepted(
    root: &Path,
    suite: &Suite,
    scenario: &Scenario,
    module: &Module,
    recording: &Recording,
    allowed: &[Allowed],
) -> Result<(Judgement, Option<SnapshotChange>), Fault> {
    let judged = |accepted: &Accepted| {
        judge(scenario, recording, accepted, allowed)
            .map_err(|why| faults::not_measured(why, scenario, module))
    };
    if relative_metrics(&scenario.thresholds).is_empty() {
        return Ok((judged(&Accepted::default())?, None));
    }
    let before = snapshot::accepted_numbers(root, &suite.name, &scenario.name)
        .map_err(faults::untrusted_numbers)?;
    let judgement = judged(&before.clone().unwrap_or_default())?;
    let after = judgement.to_accept(before.as_ref());
    if before.as_ref() == Some(&after) {
        return Ok((judgement, None));
    }
    let info = Info::of(suite, scenario, &modules::name(suite), judgement.holds());
    let kept = snapshot::keep_numbers(root, &suite.path, &info, before.as_ref(), &after)
        .map_err(faults::no_snapshot)?;
    Ok(match kept {
        Kept::Accepted => (judged(&after)?, None),
        Kept::Passed => (judgement, None),
        Kept::ForReview(change) => (judgement, Some(change)),
    })
}
