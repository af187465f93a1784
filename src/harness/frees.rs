//! Frees that were wrong: the scenario is told again, to learn what they were and where.

use super::places;
use crate::heap::{End, Inquiry, Recording, WrongFree};
use crate::module::Symbols;
use crate::report::{FormerReport, InsideReport, Place, SiteReport, WrongFreeReport};
use crate::run::{self, Compiled, Ending, Engine, RunError, Stacks};
use crate::suite::Scenario;

/// Completes the recording of a run in which something was freed that was no block, and returns the stacks of those frees.
///
/// Twice: what happened before such a free is known only when it is too late to look at the stack. Where the scenario does
/// not run the same way again, which only a limit in real time can bring about, nothing is said.
pub(super) fn look_into(
    engine: &Engine,
    compiled: &Compiled,
    scenario: &Scenario,
    ending: &Ending,
    recording: &mut Recording,
) -> Result<Stacks, RunError> {
    let is_reproducible = !matches!(ending, Ending::TimedOut { .. });
    if recording.wrong_frees.is_some() || !is_reproducible {
        return Ok(Stacks::new());
    }
    let inquiry = Inquiry::into_addresses(recording.wrongly_freed.clone());
    let outcome = run::run(engine, compiled, scenario, inquiry)?;
    if outcome.ending != *ending {
        return Ok(Stacks::new());
    }
    let frees = outcome.observer.finish();
    let stacks = run::stacks_at(engine, compiled, scenario, frees.records())?;
    recording.wrong_frees = Some(frees);
    Ok(stacks)
}

/// The frees with names and lines, those that happened in the same way as one. `sites` are the recording's.
pub(super) fn reports(
    symbols: &Symbols<'_>,
    recording: &Recording,
    sites: &[SiteReport],
    stacks: &Stacks,
) -> Vec<WrongFreeReport> {
    let mut reports: Vec<WrongFreeReport> = Vec::new();
    let first = recording.wrong_frees.iter().flat_map(|frees| &frees.first);
    for free in first {
        let report = report(symbols, free, sites, stacks);
        match reports.iter_mut().find(|known| is_alike(known, &report)) {
            Some(known) => {
                known.others += report.others + 1;
                known.handed_out_twice += report.handed_out_twice;
            }
            None => reports.push(report),
        }
    }
    reports
}

fn report(
    symbols: &Symbols<'_>,
    free: &WrongFree,
    sites: &[SiteReport],
    stacks: &Stacks,
) -> WrongFreeReport {
    let freed = |end: End| Some(places::of_code(symbols, stacks.get(&end.record)?));
    let allocated =
        |site: u32| -> Option<Vec<Place>> { Some(sites.get(site as usize)?.stack.clone()) };
    WrongFreeReport {
        address: free.address,
        by_resize: free.end.by_resize,
        freed: freed(free.end),
        former: free.former.map(|former| FormerReport {
            bytes: former.size,
            allocated: allocated(former.site),
            by_resize: former.end.by_resize,
            freed: freed(former.end),
        }),
        inside: free.inside.map(|inside| InsideReport {
            bytes: inside.size,
            offset: inside.offset,
            allocated: allocated(inside.site),
        }),
        others: free.times - 1,
        handed_out_twice: free.handed_out_twice,
    }
}

/// Whether only addresses and sizes differ.
fn is_alike(one: &WrongFreeReport, other: &WrongFreeReport) -> bool {
    let former = |report: &WrongFreeReport| {
        let former = report.former.clone();
        former.map(|former| FormerReport { bytes: 0, ..former })
    };
    let inside = |report: &WrongFreeReport| report.inside.clone().map(|inside| inside.allocated);
    one.by_resize == other.by_resize
        && one.freed == other.freed
        && former(one) == former(other)
        && inside(one) == inside(other)
}
