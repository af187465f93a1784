//! What a scenario of the right shape can still get wrong: stories that cannot be told.

use std::collections::BTreeMap;
use std::time::Duration;

use super::bounds;
use super::fault::Fault;
use super::node::{Cursor, NodeId};
use super::scalar;
use super::scenario::{Idle, Limits, Marks, Scenario};
use super::step::{Argument, Call, Command, Step};

/// All that is wrong with a scenario, `at` being its place in the file.
pub(super) fn check(scenario: &Scenario, at: Cursor) -> Vec<Fault> {
    let mut faults = Vec::new();
    check_name(scenario, at, &mut faults);
    match find_run(scenario, at) {
        Some(run) => check_command(scenario, run, at, &mut faults),
        None => check_story(scenario, at, &mut faults),
    }
    check_limits(&scenario.limits, at.get("limits"), &mut faults);
    check_kept_names(scenario, at, &mut faults);
    // A story that cannot be told has no measurements either, so bounds are checked on sound ones.
    if faults.is_empty() {
        bounds::check(scenario, at, &mut faults);
    }
    faults
}

fn check_name(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    if !scalar::is_name(&scenario.name) {
        let message = format!("`{}` cannot be the name of a scenario", scenario.name);
        let note = "accepted: letters, digits, `_` and `-`";
        faults.push(Fault::at(at.key_place(), message).with_note(note));
    }
}

/// The place of the first `run`, wherever it stands.
fn find_run(scenario: &Scenario, at: Cursor) -> Option<NodeId> {
    let mut stories = stories(scenario).into_iter();
    stories.find_map(|(name, steps)| find_run_in(steps, at.get(name)))
}

fn find_run_in(steps: &[Step], at: Cursor) -> Option<NodeId> {
    steps
        .iter()
        .enumerate()
        .find_map(|(index, step)| match step {
            Step::Run(_) => Some(at.item(index).get("run").key_place()),
            Step::Repeat { steps, .. } => find_run_in(steps, at.item(index).get("steps")),
            Step::Call(_) | Step::Advance(_) => None,
        })
}

const COMMAND_RUNS_ONCE: &str =
    "a command runs once in an instance, from its start to its exit: nothing comes before or after";

/// A command's story is its own: the suite only says where its marks lie.
fn check_command(scenario: &Scenario, run: NodeId, at: Cursor, faults: &mut Vec<Fault>) {
    if !matches!(scenario.steps.as_slice(), [Step::Run(_)]) {
        let fault = Fault::at(run, "`run` must be the only one of the scenario's `steps`");
        faults.push(fault.with_note(COMMAND_RUNS_ONCE));
    }
    for name in ["setup", "warmup", "teardown"] {
        if let Some(at) = at.find(name) {
            let message = format!("`{name}` does not go with `run`");
            faults.push(Fault::at(at.key_place(), message).with_note(COMMAND_RUNS_ONCE));
        }
    }
    if scenario.cycles != 1 {
        let message = "`run` cannot be repeated in cycles";
        faults.push(Fault::at(at.get("cycles").place(), message).with_note(COMMAND_RUNS_ONCE));
    }
    if let Some(at) = at.find("idle") {
        let fault = Fault::at(at.key_place(), "`idle` does not go with `run`");
        let note = "say when the command idles: marks: { idle_start: 5min, idle_end: 35min }";
        faults.push(fault.with_note(note));
    }
    if let Some(marks) = &scenario.marks {
        check_marks(marks, at.get("marks"), faults);
    }
    if let [Step::Run(command)] = scenario.steps.as_slice() {
        check_files(
            command,
            at.get("steps").item(0).get("run").get("files"),
            faults,
        );
    }
}

/// The command's directory is all of the file system that it sees, and all that a suite puts there.
fn check_files(command: &Command, at: Cursor, faults: &mut Vec<Fault>) {
    for path in command.files.keys() {
        let stays_inside = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
        if !path.split('/').all(stays_inside) {
            let message = format!("`{path}` is not a path in the command's directory");
            let fault = Fault::at(at.get(path).key_place(), message);
            faults.push(fault.with_note("accepted: relative paths, such as `data/in.txt`"));
        }
    }
}

fn check_marks(marks: &Marks, at: Cursor, faults: &mut Vec<Fault>) {
    if marks.idle_end <= marks.idle_start {
        let fault = Fault::at(
            at.get("idle_end").place(),
            "`idle_end` must come after `idle_start`",
        );
        faults.push(fault);
    }
    if marks
        .baseline
        .is_some_and(|baseline| baseline > marks.idle_start)
    {
        let message = "`baseline` must not come after `idle_start`";
        faults.push(Fault::at(at.get("baseline").place(), message));
    }
}

/// A story that the suite tells, by calls.
fn check_story(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    if let Some(at) = at.find("marks") {
        let fault = Fault::at(at.key_place(), "`marks` go only with `run`");
        faults.push(
            fault.with_note(
                "here the story itself sets the marks: say how long it idles with `idle`",
            ),
        );
    }
    if scenario.cycles == 0 {
        let fault = Fault::at(at.get("cycles").place(), "`cycles` must be at least 1");
        faults.push(
            fault.with_note("for a scenario that only idles, leave `cycles` and `steps` away"),
        );
    }
    check_something_happens(scenario, at, faults);
    for (name, steps) in stories(scenario) {
        check_repeats(steps, at.get(name), faults);
    }
    if let Some(idle) = &scenario.idle {
        check_idle(idle, at.get("idle"), faults);
    }
}

fn stories(scenario: &Scenario) -> [(&'static str, &[Step]); 3] {
    [
        ("setup", &scenario.setup),
        ("steps", &scenario.steps),
        ("teardown", &scenario.teardown),
    ]
}

fn check_something_happens(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    let ticks = scenario
        .idle
        .as_ref()
        .is_some_and(|idle| idle.tick.is_some());
    let calls = stories(scenario)
        .into_iter()
        .any(|(_, steps)| has_call(steps));
    if !ticks && !calls {
        let fault = Fault::at(at.key_place(), "nothing is called in this scenario");
        faults.push(fault.with_note("add `steps`, such as `- call: name_of_an_export`"));
    }
    for name in ["warmup", "cycles"] {
        if let Some(at) = at.find(name).filter(|_| scenario.steps.is_empty() && calls) {
            let fault = Fault::at(at.key_place(), format!("`{name}` without `steps`"));
            faults.push(fault.with_note("a cycle is one repetition of `steps`"));
        }
    }
}

fn has_call(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Call(_) => true,
        Step::Repeat { steps, .. } => has_call(steps),
        Step::Run(_) | Step::Advance(_) => false,
    })
}

fn check_repeats(steps: &[Step], at: Cursor, faults: &mut Vec<Fault>) {
    for (index, step) in steps.iter().enumerate() {
        let Step::Repeat { times, steps } = step else {
            continue;
        };
        let at = at.item(index);
        if *times == 0 {
            faults.push(Fault::at(
                at.get("repeat").place(),
                "`repeat: 0` does nothing",
            ));
        }
        check_repeats(steps, at.get("steps"), faults);
    }
}

fn check_idle(idle: &Idle, at: Cursor, faults: &mut Vec<Fault>) {
    if idle.period.is_zero() {
        let fault = Fault::at(at.get("period").place(), "the idle period must not be zero");
        faults.push(
            fault.with_note(
                "it costs no real time: the clock is virtual, `30d` is as fast as `30s`",
            ),
        );
    }
    let Some(tick) = &idle.tick else { return };
    let every = at.get("tick").get("every").place();
    if tick.every.is_zero() {
        faults.push(Fault::at(
            every,
            "the time between two ticks must not be zero",
        ));
    } else if tick.every > idle.settle.saturating_add(idle.period) {
        faults.push(Fault::at(
            every,
            "the tick never comes: `settle` and `period` together are shorter",
        ));
    }
}

fn check_limits(limits: &Limits, at: Cursor, faults: &mut Vec<Fault>) {
    /// The page of WebAssembly: less is no memory.
    const PAGE: u64 = 64 * 1024;
    if limits.memory < PAGE {
        let fault = Fault::at(
            at.get("memory").place(),
            "no module fits into less than 64KB",
        );
        faults.push(fault.with_note("64KB is one page, the smallest size of a memory"));
    }
    if limits.timeout == Duration::ZERO {
        faults.push(Fault::at(
            at.get("timeout").place(),
            "a timeout of zero stops every scenario",
        ));
    }
}

/// Every `$name` stands for a result that an earlier step kept, and is kept by one step only.
fn check_kept_names(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    let mut kept = Kept::new();
    check_kept_in(&scenario.setup, at.get("setup"), &mut kept, faults);
    check_kept_in(&scenario.steps, at.get("steps"), &mut kept, faults);
    if let Some(tick) = scenario.idle.as_ref().and_then(|idle| idle.tick.as_ref()) {
        check_arguments(&tick.call, at.get("idle").get("tick"), &kept, faults);
    }
    check_kept_in(&scenario.teardown, at.get("teardown"), &mut kept, faults);
}

/// Names, and where they were given.
type Kept<'a> = BTreeMap<&'a str, NodeId>;

fn check_kept_in<'a>(steps: &'a [Step], at: Cursor, kept: &mut Kept<'a>, faults: &mut Vec<Fault>) {
    for (index, step) in steps.iter().enumerate() {
        let at = at.item(index);
        match step {
            Step::Call(call) => {
                check_arguments(call, at, kept, faults);
                keep(call, at, kept, faults);
            }
            Step::Repeat { steps, .. } => check_kept_in(steps, at.get("steps"), kept, faults),
            Step::Run(_) | Step::Advance(_) => {}
        }
    }
}

fn check_arguments(call: &Call, at: Cursor, kept: &Kept, faults: &mut Vec<Fault>) {
    for (index, argument) in call.args.iter().enumerate() {
        let Argument::Kept(name) = argument else {
            continue;
        };
        if kept.contains_key(name.as_str()) {
            continue;
        }
        let place = at.get("args").item(index).place();
        let fault = Fault::at(place, format!("no earlier step keeps `{name}`"));
        faults.push(match kept.is_empty() {
            true => fault.with_note(format!(
                "an earlier call keeps its first result with `as: {name}`"
            )),
            false => fault.with_accepted(
                &kept
                    .keys()
                    .map(|name| format!("${name}"))
                    .collect::<Vec<_>>(),
            ),
        });
    }
}

fn keep<'a>(call: &'a Call, at: Cursor, kept: &mut Kept<'a>, faults: &mut Vec<Fault>) {
    let Some(name) = &call.keep else { return };
    let place = at.get("as").place();
    if let Some(first) = kept.get(name.as_str()) {
        let fault = Fault::at(place, format!("`{name}` is kept twice")).with_first(*first);
        faults.push(fault.with_note("a name stands for the result of one step"));
    } else {
        kept.insert(name, place);
    }
}
