//! What is said where there is no verdict.

use std::fmt::Display;

use crate::judge::{NotMeasured, TooBroad};
use crate::module::{CodeFrame, Misfit, Module};
use crate::report::{Fault, FaultKind};
use crate::run::{Ending, RunError};
use crate::snapshot::{NumbersError, SnapshotError};
use crate::suite::{
    CountedBy, Metric, Scenario, format_bytes, format_duration, format_exact_bytes,
};

use super::{kinds, places};

/// What to do about a story in which nothing was allocated.
pub(super) const NOTHING_SEEN: &str = "look whether the steps reach code that allocates; compilers remove allocations nobody uses. Look whether the module \
                  has an allocator of its own that memgate does not know: then name it in the suite (`allocators`), build \
                  it with names, or with the allocator of its language";

/// What to do about a guest that cannot go on.
pub(super) const FAILS_BY_ITSELF: &str =
    "the module fails by itself: fix that, or leave out the step that leads there, if one does";

/// What to do about limits that are too low.
pub(super) const RAISE_MEMORY: &str =
    "if it needs that much, raise `memory` in the `limits` of the scenario";
pub(super) const RAISE_TIMEOUT: &str =
    "if it takes that long, raise `timeout` in the `limits` of the scenario";

/// What to do where nothing counts the host's heap.
pub(super) const COUNT_THE_HEAP: &str = "the host's heap is not counted in this program: say so in `tests/memory.rs`, above `main`, with \
                  `#[global_allocator] static ALLOCATOR: memgate::CountingAllocator = memgate::CountingAllocator::new();`";

/// The gate could not do its work.
pub(super) fn broken(kind: FaultKind, headline: &str, cause: impl Display) -> Fault {
    Fault {
        kind,
        headline: format!("the gate broke: {headline}"),
        cause: cause.to_string(),
        advice: None,
        stack: Vec::new(),
        stderr: String::new(),
    }
}

/// The suite, the module and the engine do not fit together.
pub(super) fn not_run(error: RunError, module: &Module) -> Fault {
    let stack = match &error {
        RunError::Probe(error) => places::of_stack(module, &error.stack),
        _ => Vec::new(),
    };
    Fault {
        stack,
        ..broken(kinds::of_run(&error), "the scenario cannot be run", error)
    }
}

/// A run without a single event is no proof of anything, nor is a threshold that nothing was held against.
pub(super) fn not_measured(why: NotMeasured, scenario: &Scenario, module: &Module) -> Fault {
    let (kind, advice) = match &why {
        NotMeasured::TooFarApart(_) => {
            return broken(FaultKind::Probe, "the scenario cannot be judged", why);
        }
        NotMeasured::Nothing => (FaultKind::NothingAllocated, nothing_seen(scenario, module)),
        NotMeasured::Metric(Metric::HostRetained) => {
            (FaultKind::HostHeapNotCounted, COUNT_THE_HEAP.into())
        }
        NotMeasured::Metric(_) => (
            FaultKind::MetricNotMeasured,
            "let the story reach what the metric measures, or leave its threshold out".into(),
        ),
    };
    Fault {
        kind,
        headline: "nothing was measured".into(),
        cause: format!("The scenario ran to its end, and {why}."),
        advice: Some(advice),
        stack: Vec::new(),
        stderr: String::new(),
    }
}

fn nothing_seen(scenario: &Scenario, module: &Module) -> String {
    match &scenario.sites {
        Some(sites) => match &sites.counted {
            CountedBy::Import(import) => {
                format!("look whether the module calls {import} in this scenario at all")
            }
            CountedBy::Tables { counts, sizes, .. } => format!(
                "look whether the module fills the tables `{counts}` and `{sizes}` in this scenario at all"
            ),
        },
        None => {
            let advice = module.misfits().iter().find_map(Misfit::advice);
            advice.unwrap_or_else(|| NOTHING_SEEN.into())
        }
    }
}

/// Numbers that limits follow are reviewed, not typed.
pub(super) fn untrusted_numbers(error: NumbersError) -> Fault {
    let advice = format!(
        "take {} back as it was committed; or delete it, run again and accept the numbers of that run with cargo insta review",
        error.file
    );
    Fault {
        advice: Some(advice),
        ..broken(
            FaultKind::NumbersNotTrusted,
            "the accepted numbers cannot be trusted",
            error,
        )
    }
}

/// What was found cannot be left for review.
pub(super) fn no_snapshot(error: SnapshotError) -> Fault {
    broken(
        FaultKind::SnapshotUnwritable,
        "no snapshot can be kept",
        error,
    )
}

/// What would allow everything allows nothing.
pub(super) fn too_broad(error: TooBroad) -> Fault {
    let advice = "name the function that is known to hold memory, as the snapshot names it; several functions take an \
                  allowance each";
    Fault {
        advice: Some(advice.into()),
        ..broken(
            FaultKind::AllowanceTooBroad,
            "an allowance is too broad",
            error,
        )
    }
}

/// Notes on what is counted of a module's allocators, and how well it can be told where.
pub(super) fn of_allocators(module: &Module) -> Vec<String> {
    let misfits = module.misfits().into_iter();
    let advice = module.debug_advice().map(str::to_string);
    let notes = never_freed(module).into_iter().chain(advice);
    notes
        .chain(misfits.map(|misfit| format!("not counted: {misfit}")))
        .collect()
}

/// A note on what counts as live where a collector frees unseen.
fn never_freed(module: &Module) -> Option<String> {
    let note = "what the module's collector takes back cannot be seen: what counts as live is all that was ever allocated, but for \
                what was handed out again. Hold `total` and `memory` against thresholds, not `delta`";
    module.frees_unseen().then(|| note.to_string())
}

/// A note on a code that only a profile takes.
pub(super) fn of_exit(scenario: &Scenario, exit: Option<i32>) -> Option<String> {
    let expected = scenario.command()?.exit;
    let code = exit.filter(|code| *code != expected)?;
    scenario
        .profiled
        .then(|| format!("the command exited with {code}"))
}

/// How a fault begins that is a command's exit with another code.
const EXITED: &str = "the scenario did not finish: the command exited with ";

/// The code with which a command exited where another one was expected.
pub(super) fn exit_code(fault: &Fault) -> Option<i32> {
    let code = fault.headline.strip_prefix(EXITED)?;
    code.split(',').next()?.parse().ok()
}

/// The guest did not come to the end of the story.
pub(super) fn unfinished(ending: &Ending, module: &Module, stderr: String) -> Fault {
    let (cause, advice, stack) = explained(ending);
    Fault {
        kind: kinds::of_ending(ending).unwrap_or(FaultKind::NotReproducible),
        headline: format!("the scenario did not finish: {cause}"),
        cause: String::new(),
        advice: advice.map(str::to_string),
        stack: places::of_stack(module, stack),
        stderr,
    }
}

fn explained(ending: &Ending) -> (String, Option<&'static str>, &[CodeFrame]) {
    match ending {
        Ending::Completed => ("it did".into(), None, &[]),
        Ending::Exited {
            code,
            expected: Some(expected),
            stack,
        } => {
            let advice =
                "if that is how the command is to end, say so with `exit` in the `run` step";
            (
                format!("the command exited with {code}, not with {expected}"),
                Some(advice),
                stack,
            )
        }
        Ending::Exited {
            code,
            expected: None,
            stack,
        } => (format!("the guest exited with {code}"), None, stack),
        Ending::Trapped { reason, stack } => (
            format!(
                "the guest trapped: {}",
                reason.trim_start_matches("wasm trap: ")
            ),
            Some(FAILS_BY_ITSELF),
            stack,
        ),
        Ending::StackOverflow { stack } => (
            "the guest's stack overflowed".into(),
            Some(FAILS_BY_ITSELF),
            stack,
        ),
        Ending::OutOfMemory {
            limit,
            wanted,
            stack,
        } => {
            // A page beyond the limit would read like the limit.
            let shown = if format_bytes(*limit as f64) == format_bytes(*wanted as f64) {
                format_exact_bytes
            } else {
                format_bytes
            };
            let (limit, wanted) = (shown(*limit as f64), shown(*wanted as f64));
            (
                format!("the guest asked for {wanted} of memory where {limit} is the limit"),
                Some(RAISE_MEMORY),
                stack,
            )
        }
        Ending::TimedOut { limit, stack } => (
            format!(
                "the guest took longer than {} of real time",
                format_duration(*limit)
            ),
            Some(RAISE_TIMEOUT),
            stack,
        ),
    }
}
