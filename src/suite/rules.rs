//! What a scenario of the right shape can still get wrong: stories that cannot be told.

use std::collections::BTreeMap;

use super::allowance;
use super::bounds;
use super::fault::Fault;
use super::lifecycle;
use super::node::{Cursor, NodeId};
use super::quiet_mark::QuietMark;
use super::scenario::{Idle, Limits, MOST_CYCLES, Marks, Scenario};
use super::step::{Argument, Call, Command, Step};
use super::{order, scalar};

/// All that is wrong with a scenario, `at` being its place in the file; `has_sites` tells whether the compiler's `sites` count.
pub(super) fn check(scenario: &Scenario, has_sites: bool, at: Cursor) -> Vec<Fault> {
    let mut faults = Vec::new();
    check_name(scenario, at, &mut faults);
    match find_run(scenario, at) {
        Some(run) => check_command(scenario, run, at, &mut faults),
        None => check_story(scenario, at, &mut faults),
    }
    check_limits(&scenario.limits, at.get("limits"), &mut faults);
    if let Some(lifecycle) = &scenario.lifecycle {
        lifecycle::check(lifecycle, at.get("lifecycle"), &mut faults);
    }
    check_kept_names(scenario, at, &mut faults);
    allowance::check(&scenario.allow, at.get("allow"), &mut faults);
    // A story that cannot be told has no measurements either, so bounds are checked on sound ones.
    if faults.is_empty() {
        bounds::check(scenario, has_sites, at, &mut faults);
    }
    faults
}

fn check_name(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    if !scalar::is_name(&scenario.name) {
        let message = format!("`{}` cannot be the name of a scenario", scenario.name);
        faults.push(Fault::at(at.key_place(), message).with_note(scalar::ACCEPTED_NAMES));
    }
}

/// The place of the first `run`, wherever it stands.
fn find_run(scenario: &Scenario, at: Cursor) -> Option<NodeId> {
    let mut stories = stories(scenario).into_iter();
    stories.find_map(|(name, steps)| find_run_in(steps, at.get(name)))
}

fn find_run_in(steps: &[Step], at: Cursor) -> Option<NodeId> {
    let mut placed = steps
        .iter()
        .enumerate()
        .map(|(index, step)| (step, at.item(index)));
    placed.find_map(|(step, at)| match step {
        Step::Run(_) => Some(at.get("run").key_place()),
        Step::Repeat { steps, .. } => find_run_in(steps, at.get("steps")),
        Step::Call(_) | Step::Advance(_) => None,
    })
}

const RUNS_ONCE: &str =
    "a command runs once in an instance, from its start to its exit: nothing comes before or after";

const WHEN_IT_IDLES: &str =
    "say when the command idles: marks: { idle_start: 5min, idle_end: 35min }";

/// A command's story is its own: the suite only says where its marks lie.
fn check_command(scenario: &Scenario, run: NodeId, at: Cursor, faults: &mut Vec<Fault>) {
    match scenario.steps.as_slice() {
        [Step::Run(command)] => {
            let at = at.get("steps").item(0).get("run");
            check_files(command, at.get("files"), faults);
        }
        _ => {
            let message = "`run` must be the only one of the scenario's `steps`";
            faults.push(Fault::at(run, message).with_note(RUNS_ONCE));
        }
    }
    for (name, note) in [
        ("setup", RUNS_ONCE),
        ("warmup", RUNS_ONCE),
        ("teardown", RUNS_ONCE),
        ("idle", WHEN_IT_IDLES),
        ("order", RUNS_ONCE),
    ] {
        if let Some(at) = at.find(name) {
            let message = format!("`{name}` does not go with `run`");
            faults.push(Fault::at(at.key_place(), message).with_note(note));
        }
    }
    if scenario.cycles != 1 {
        let message = "`run` cannot be repeated in cycles";
        faults.push(Fault::at(at.get("cycles").place(), message).with_note(RUNS_ONCE));
    }
    if let Some(marks) = &scenario.marks {
        check_marks(marks, at.get("marks"), faults);
    }
    check_reachability(scenario, at.get("reachability"), faults);
}

/// Where a command is under way, code keeps addresses where nobody can look for them.
fn check_reachability(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    for (index, mark) in scenario.reachability.iter().enumerate() {
        let why = match mark {
            QuietMark::Baseline if scenario.marks.is_none() => "the command has not begun then",
            _ if scenario.marks.is_some() => "the command is under way then",
            _ => continue,
        };
        let fault = Fault::at(
            at.item(index).place(),
            format!("what is lost cannot be told at this mark: {why}"),
        );
        faults
            .push(fault.with_note(
                "leave this mark out: what is lost is looked for after the exit anyway",
            ));
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
    let Marks {
        baseline,
        idle_start,
        idle_end,
    } = *marks;
    if idle_end <= idle_start {
        let message = "`idle_end` must come after `idle_start`";
        faults.push(Fault::at(at.get("idle_end").place(), message));
    }
    if baseline.is_some_and(|baseline| baseline > idle_start) {
        let message = "`baseline` must not come after `idle_start`";
        faults.push(Fault::at(at.get("baseline").place(), message));
    }
}

/// A story that the suite tells, by calls.
fn check_story(scenario: &Scenario, at: Cursor, faults: &mut Vec<Fault>) {
    if let Some(at) = at.find("marks") {
        let note = "this story sets its marks itself: say how long it idles with `idle`";
        faults.push(Fault::at(at.key_place(), "`marks` go only with `run`").with_note(note));
    }
    if scenario.cycles == 0 {
        let place = at.get("cycles").place();
        let note = "for a scenario that only idles, leave out `cycles` and `steps`";
        faults.push(Fault::at(place, "`cycles` must be at least 1").with_note(note));
    }
    for (name, cycles) in [("warmup", scenario.warmup), ("cycles", scenario.cycles)] {
        if cycles > MOST_CYCLES {
            let message = format!("`{name}` must be at most 1,000,000");
            let note = "the heap is read after each cycle; do more in one: steps: [{ repeat: 1000, steps: [...] }]";
            faults.push(Fault::at(at.get(name).place(), message).with_note(note));
        }
    }
    check_something_happens(scenario, at, faults);
    order::check(scenario, at, faults);
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
    let calls = stories(scenario).iter().any(|(_, steps)| has_call(steps));
    let ticks = scenario
        .idle
        .as_ref()
        .is_some_and(|idle| idle.tick.is_some());
    if !calls && !ticks {
        let note = "add `steps`, such as `- call: name_of_an_export`";
        faults
            .push(Fault::at(at.key_place(), "nothing is called in this scenario").with_note(note));
    } else if scenario.steps.is_empty() {
        for at in ["warmup", "cycles"]
            .into_iter()
            .filter_map(|name| at.find(name))
        {
            let note = "a cycle is one repetition of `steps`";
            faults
                .push(Fault::at(at.key_place(), "there are no `steps` to repeat").with_note(note));
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
        if let Step::Repeat { times, steps } = step {
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
}

fn check_idle(idle: &Idle, at: Cursor, faults: &mut Vec<Fault>) {
    if idle.period.is_zero() {
        let place = at.get("period").place();
        let note = "it costs no real time: the clock is virtual, `30d` is as fast as `30s`";
        faults.push(Fault::at(place, "the idle period must not be zero").with_note(note));
    }
    let Some(tick) = &idle.tick else { return };
    let never_comes = tick.every > idle.settle.saturating_add(idle.period);
    let message = match tick.every.is_zero() {
        true => "the time between two ticks must not be zero",
        false if never_comes => "the tick never comes: `settle` and `period` together are shorter",
        false => return,
    };
    faults.push(Fault::at(at.get("tick").get("every").place(), message));
}

fn check_limits(limits: &Limits, at: Cursor, faults: &mut Vec<Fault>) {
    /// The page of WebAssembly: less is no memory.
    const PAGE: u64 = 64 * 1024;
    if limits.memory < PAGE {
        let place = at.get("memory").place();
        let note = "64KB is one page, the smallest size of a memory";
        faults.push(Fault::at(place, "no module fits into less than 64KB").with_note(note));
    }
    if limits.timeout.is_zero() {
        let place = at.get("timeout").place();
        faults.push(Fault::at(place, "a timeout of zero stops every scenario"));
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
        match argument {
            Argument::Kept(name) if !kept.contains_key(name.as_str()) => {
                let place = at.get("args").item(index).place();
                faults.push(not_kept(name, place, kept));
            }
            _ => {}
        }
    }
}

fn not_kept(name: &str, place: NodeId, kept: &Kept) -> Fault {
    let fault = Fault::at(place, format!("no earlier step keeps `{name}`"));
    if kept.is_empty() {
        return fault.with_note(format!(
            "keep the first result of an earlier call with `as: {name}`"
        ));
    }
    let names: Vec<String> = kept.keys().map(|name| format!("${name}")).collect();
    fault.with_accepted(&names)
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
