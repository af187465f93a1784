//! Telling a scenario's story to a guest: setup, warm-up, cycles, idle time, teardown, with a mark where each ends.

use std::collections::HashMap;
use std::time::Duration;

use wasmtime::Val;
use wasmtime_wasi::I32Exit;

use super::clock::nanoseconds;
use super::ending::Ending;
use super::error::{Halt, RunError};
use super::guest::Guest;
use super::limits::Deadline;
use super::observer::{IDLE_PARTS, MarkKind, Observer};
use super::{order, value};
use crate::suite::{Call, Command, Idle, Marks, QuietMark, Scenario, Step, Tick};

/// The export that runs a command.
const START: &str = "_start";

/// A story under way.
pub(crate) struct Story<'a, O: Observer + 'static> {
    guest: &'a mut Guest<O>,
    scenario: &'a Scenario,
    /// Results that steps have kept.
    kept: HashMap<String, Val>,
    /// Repeated steps need not enter the guest, so the story looks at the clock on the wall as well.
    deadline: Deadline,
}

impl<'a, O: Observer + Send + 'static> Story<'a, O> {
    pub(crate) fn new(guest: &'a mut Guest<O>, scenario: &'a Scenario, deadline: Deadline) -> Self {
        Story {
            guest,
            scenario,
            kept: HashMap::new(),
            deadline,
        }
    }

    /// Tells it to the end.
    ///
    /// # Errors
    ///
    /// When the suite and the module do not fit together, or when the guest ends it early.
    pub(crate) fn tell(mut self) -> Result<Ending, Halt> {
        if let Some(command) = self.scenario.command() {
            return self.run(command);
        }
        self.guest.start()?;
        self.check_calls()?;
        self.steps(&self.scenario.setup)?;
        let warmup = self.scenario.warmup.into();
        for cycle in 0..warmup {
            self.cycle(cycle)?;
        }
        self.guest.rehearse_probes()?;
        self.quiet_mark(MarkKind::Baseline)?;
        for cycle in 1..=self.scenario.cycles {
            self.cycle(warmup + u64::from(cycle))?;
            self.guest.mark(MarkKind::Cycle(cycle))?;
        }
        self.idle(self.scenario.idle.as_ref())?;
        self.steps(&self.scenario.teardown)?;
        self.quiet_mark(MarkKind::Final)?;
        Ok(Ending::Completed)
    }

    /// A command runs once; where its clock passes a mark, the heap is read in the midst of it.
    fn run(&mut self, command: &Command) -> Result<Ending, Halt> {
        let marks = self.scenario.marks;
        if marks.is_none_or(|marks| marks.baseline.is_none()) {
            self.guest.mark(MarkKind::Baseline)?;
        }
        self.guest
            .expect_marks(marks.into_iter().flat_map(on_clock));
        self.guest.start()?;
        if !self.guest.has_export(START) {
            return Err(RunError::NotACommand.into());
        }
        let (code, is_quiet) = match self.guest.call(START, &[]) {
            Ok(_) => (0, true),
            Err(Halt::Guest(error)) => match error.downcast_ref() {
                Some(I32Exit(code)) if self.may_exit_with(*code, command) => {
                    (*code, self.guest.is_after_main(&error))
                }
                _ => return Err(Halt::Guest(error)),
            },
            Err(halt) => return Err(halt),
        };
        self.guest.exited(code);
        if !self.may_exit_with(code, command) {
            return Ok(Ending::Exited {
                code,
                expected: Some(command.exit),
                stack: Vec::new(),
            });
        }
        self.after_exit(marks, is_quiet)
    }

    fn may_exit_with(&self, code: i32, command: &Command) -> bool {
        code == command.exit || self.scenario.profiled
    }

    /// What a program holds that exits in its midst lies in locals that cannot be seen, so that nothing is lost for sure.
    fn after_exit(&mut self, marks: Option<Marks>, is_quiet: bool) -> Result<Ending, Halt> {
        match marks {
            Some(marks) => self.refuse_missed_mark(marks)?,
            None => self.idle(None)?,
        }
        if is_quiet {
            self.quiet_mark(MarkKind::Final)?;
        } else {
            self.guest.mark(MarkKind::Final)?;
            self.guest.probe(MarkKind::Final)?;
        }
        Ok(Ending::Completed)
    }

    fn refuse_missed_mark(&self, marks: Marks) -> Result<(), RunError> {
        let (mark, at) = match self.guest.missed_mark() {
            None => return Ok(()),
            Some(MarkKind::Baseline) => ("baseline", marks.baseline.unwrap_or_default()),
            Some(MarkKind::IdleStart) => ("idle_start", marks.idle_start),
            Some(_) => ("idle_end", marks.idle_end),
        };
        Err(RunError::MarkNotReached {
            mark,
            at,
            ended: Duration::from_nanos(self.guest.now()),
        })
    }

    fn idle(&mut self, idle: Option<&Idle>) -> Result<(), Halt> {
        let settle = idle.map_or(Duration::ZERO, |idle| idle.settle);
        let period = idle.map_or(Duration::ZERO, |idle| idle.period);
        let tick = idle.and_then(|idle| idle.tick.as_ref());
        self.pass(settle, tick)?;
        self.quiet_mark(MarkKind::IdleStart)?;
        if tick.is_some() {
            let start = Duration::from_nanos(self.guest.now());
            self.guest.expect_marks(parts_of_idle(start, period));
        }
        self.pass(period, tick)?;
        self.quiet_mark(MarkKind::IdleEnd)
    }

    /// A mark between two calls: where it is of interest what the guest can still get at, that is looked for.
    fn quiet_mark(&mut self, kind: MarkKind) -> Result<(), Halt> {
        self.guest.mark(kind)?;
        if is_surveyed(self.scenario, kind) {
            let values = self.kept.iter();
            let mut kept: Vec<(String, u64)> = values
                .filter_map(|(name, value)| Some((name.clone(), value::bits(value)?)))
                .collect();
            kept.sort();
            self.guest.survey(kind, kept);
        }
        // Last, since a probe may call the guest.
        self.guest.probe(kind)
    }

    /// Lets time pass, with the ticks that fall into it: without any, the clock moves at once.
    fn pass(&mut self, time: Duration, tick: Option<&Tick>) -> Result<(), Halt> {
        let start = self.guest.now();
        let end = start.saturating_add(nanoseconds(time));
        if let Some(Tick { call, every }) = tick {
            let arguments = self.arguments(call)?;
            let every = nanoseconds(*every).max(1);
            let mut next = start.saturating_add(every);
            while next <= end {
                self.guest.advance_to(next)?;
                self.guest.call(&call.export, &arguments)?;
                next = next.saturating_add(every);
            }
        }
        self.guest.advance_to(end)
    }

    fn cycle(&mut self, number: u64) -> Result<(), Halt> {
        order::of_cycle(self.scenario, number).try_for_each(|step| {
            self.deadline.check().map_err(wasmtime::Error::from)?;
            self.step(step)
        })
    }

    fn steps(&mut self, steps: &[Step]) -> Result<(), Halt> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result<(), Halt> {
        match step {
            Step::Call(call) => self.call(call),
            Step::Advance(time) => self.guest.advance(*time),
            Step::Repeat { times, steps } => (0..*times).try_for_each(|_| {
                self.deadline.check().map_err(wasmtime::Error::from)?;
                self.steps(steps)
            }),
            Step::Run(_) => Err(RunError::NotACommand.into()),
        }
    }

    fn call(&mut self, call: &Call) -> Result<(), Halt> {
        let arguments = self.arguments(call)?;
        let results = self.guest.call(&call.export, &arguments)?;
        if let (Some(name), Some(result)) = (&call.keep, results.first()) {
            self.kept.insert(name.clone(), *result);
        }
        Ok(())
    }

    fn arguments(&self, call: &Call) -> Result<Vec<Val>, RunError> {
        value::arguments(call, self.guest.signature(&call.export)?, |name| {
            self.kept.get(name).copied()
        })
    }

    /// Every call is looked at before the first one is made: an hour of idle time is long to wait for a misspelled name.
    fn check_calls(&self) -> Result<(), RunError> {
        let Scenario {
            setup,
            steps,
            teardown,
            idle,
            ..
        } = self.scenario;
        let ticks = idle
            .iter()
            .flat_map(|idle| &idle.tick)
            .map(|tick| &tick.call);
        let calls = [setup, steps, teardown]
            .into_iter()
            .flat_map(|steps| calls(steps));
        calls
            .chain(ticks)
            .try_for_each(|call| self.check_call(call))
    }

    fn check_call(&self, call: &Call) -> Result<(), RunError> {
        let signature = self.guest.signature(&call.export)?;
        match &call.keep {
            Some(name) if signature.results().len() == 0 => Err(RunError::NothingToKeep {
                export: call.export.clone(),
                name: name.clone(),
            }),
            _ => value::check(call, signature),
        }
    }
}

/// What holds memory is looked for where growth ends, too: with nothing after it, that is the same as at the end.
fn is_surveyed(scenario: &Scenario, kind: MarkKind) -> bool {
    let asked = |mark| scenario.reachability.contains(&mark);
    match kind {
        MarkKind::Baseline => asked(QuietMark::Baseline),
        MarkKind::IdleStart => asked(QuietMark::IdleStart),
        MarkKind::IdleEnd => asked(QuietMark::IdleEnd) || !scenario.teardown.is_empty(),
        MarkKind::Final => true,
        MarkKind::Cycle(_) | MarkKind::Idle(_) => false,
    }
}

/// All calls in those steps, repeated ones once.
fn calls(steps: &[Step]) -> Vec<&Call> {
    steps.iter().flat_map(calls_of).collect()
}

fn calls_of(step: &Step) -> Vec<&Call> {
    match step {
        Step::Call(call) => vec![call],
        Step::Repeat { steps, .. } => calls(steps),
        Step::Run(_) | Step::Advance(_) => Vec::new(),
    }
}

fn on_clock(marks: Marks) -> impl Iterator<Item = (Duration, MarkKind)> {
    let baseline = marks.baseline.map(|time| (time, MarkKind::Baseline));
    let period = marks.idle_end.saturating_sub(marks.idle_start);
    baseline
        .into_iter()
        .chain([(marks.idle_start, MarkKind::IdleStart)])
        .chain(parts_of_idle(marks.idle_start, period))
        .chain([(marks.idle_end, MarkKind::IdleEnd)])
}

/// The marks within an idle period.
fn parts_of_idle(start: Duration, period: Duration) -> impl Iterator<Item = (Duration, MarkKind)> {
    let after = move |part| start.saturating_add(period.saturating_mul(part) / IDLE_PARTS);
    (1..IDLE_PARTS).map(move |part| (after(part), MarkKind::Idle(part)))
}
