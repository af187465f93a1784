//! One story told to one fresh instance, and what must hold afterwards.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::allowance::Allowance;
use super::imports::Stub;
use super::lifecycle::Lifecycle;
use super::order::Order;
use super::probe::Probe;
use super::quiet_mark::QuietMark;
use super::scalar::{self, Bytes, Percentage, Time};
use super::sites::CompilerSites;
use super::step::{Argument, Call, Command, Step};
use super::threshold::Threshold;
use super::thresholds::Thresholds;

/// More cycles than are kept as marks; a fault in `rules` says it in words.
pub(super) const MOST_CYCLES: u32 = 1_000_000;

/// One story told to one fresh instance: setup, warm-up, cycles, idle, teardown. One scenario is one trial.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a scenario, a mapping of keys to values"
)]
pub struct Scenario {
    /// The second half of the trial's name.
    #[serde(skip)]
    pub name: String,
    /// Steps before warm-up: what an application does once, when it starts.
    #[serde(default)]
    pub setup: Vec<Step>,
    /// Cycles that run before the baseline is taken, so that caches and pools are filled; 0 by default.
    #[serde(default)]
    #[schemars(range(max = MOST_CYCLES))]
    pub warmup: u32,
    /// How many times the steps are repeated after the baseline; 1 by default.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = MOST_CYCLES))]
    pub cycles: u32,
    /// The steps of one cycle.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// In which order the steps of a cycle are done: `listed` by default, `shuffled` or `interleaved`.
    #[serde(default)]
    pub order: Order,
    /// What the order is drawn from; 0 by default. The same seed is the same order on every machine.
    #[serde(default)]
    pub seed: u64,
    /// What happens after the last cycle, when nobody uses the module.
    #[serde(default)]
    pub idle: Option<Idle>,
    /// Where on the virtual clock the marks lie. Only for a command (`run`), instead of `idle`.
    #[serde(default)]
    pub marks: Option<Marks>,
    /// Marks at which it is told what the module can still get at and what is lost, besides `final`, where that is told always.
    #[serde(default)]
    pub reachability: Vec<QuietMark>,
    /// Steps after the idle time: what an application does when it closes.
    #[serde(default)]
    pub teardown: Vec<Step>,
    /// Tells the whole story to one instance after another, to see what the host keeps of them (`host_retained`).
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// Bounds on metrics. A bound is `< 1KB/s`, `<= 64MB`, `> 0B` or `>= 1`; without a sign it is `<=`. It may follow the
    /// accepted run: `<= accepted + 5% + 64KB`. Several bounds of one metric are a list.
    #[serde(default, deserialize_with = "Thresholds::deserialize")]
    #[schemars(with = "Thresholds")]
    pub thresholds: Vec<Threshold>,
    /// Sites that are known to hold memory and may.
    #[serde(default)]
    pub allow: Vec<Allowance>,
    /// What the scenario's snapshot shows.
    #[serde(default)]
    pub snapshot: SnapshotOptions,
    /// How far the guest may go before it is stopped.
    #[serde(default)]
    pub limits: Limits,
    /// The suite's probes, which are the same for all its scenarios.
    #[serde(skip)]
    pub probes: Vec<Probe>,
    /// Those of the suite, likewise.
    #[serde(skip)]
    pub sites: Option<CompilerSites>,
    /// Those of the suite, likewise.
    #[serde(skip)]
    pub imports: Vec<Stub>,
    /// Whether no suite stands behind it, so that nobody said what is right: a command may exit with any code, and all is told that
    /// is known of losses.
    #[serde(skip)]
    pub profiled: bool,
}

/// The time in which nobody uses the module.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping of keys to values\nfor example: idle: { settle: 5s, period: 30s }"
)]
pub struct Idle {
    /// Virtual time from the last cycle to the mark `idle start`, in which things may calm down; 0 by default.
    #[serde(default, deserialize_with = "scalar::duration")]
    #[schemars(with = "Time", extend("default" = "0s"))]
    pub settle: Duration,
    /// Virtual time from `idle start` to `idle end`. It costs no real time.
    #[serde(deserialize_with = "scalar::duration")]
    #[schemars(with = "Time")]
    pub period: Duration,
    /// An export that is called again and again while settling and idling, as a timer or a frame callback would be.
    #[serde(default)]
    pub tick: Option<Tick>,
}

/// The call that goes on while nobody uses the module.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(from = "TickEntry")]
#[schemars(with = "TickEntry")]
pub struct Tick {
    /// What is called; its result is not kept.
    pub call: Call,
    /// Virtual time from one call to the next.
    pub every: Duration,
}

/// Where on the virtual clock of a command the marks lie, counted from its start.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping of keys to values\nfor example: marks: { idle_start: 5min, idle_end: 35min }"
)]
pub struct Marks {
    /// The mark `baseline`; without it, the baseline is the start.
    #[serde(default, deserialize_with = "scalar::some_duration")]
    #[schemars(with = "Time")]
    pub baseline: Option<Duration>,
    /// The mark `idle start`.
    #[serde(deserialize_with = "scalar::duration")]
    #[schemars(with = "Time")]
    pub idle_start: Duration,
    /// The mark `idle end`.
    #[serde(deserialize_with = "scalar::duration")]
    #[schemars(with = "Time")]
    pub idle_end: Duration,
}

/// How far the guest may go before it is stopped. Reaching a limit is an error, not a regression.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a mapping of keys to values\nfor example: limits: { memory: 64MB, timeout: 10s }"
)]
pub struct Limits {
    /// Bytes of linear memory; 1GB by default.
    #[serde(deserialize_with = "scalar::bytes")]
    #[schemars(with = "Bytes", extend("default" = "1GB"))]
    pub memory: u64,
    /// Real time that the whole scenario may take; 60s by default.
    #[serde(deserialize_with = "scalar::duration")]
    #[schemars(with = "Time", extend("default" = "60s"))]
    pub timeout: Duration,
}

/// What the scenario's snapshot shows.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a mapping of keys to values\nfor example: snapshot: { top: 20 }"
)]
pub struct SnapshotOptions {
    /// How many sites, those first that allocate most; 10 by default.
    pub top: usize,
    /// How far each figure may be from the accepted one, in hundredths of that: `2%`. The sites and their stacks are compared
    /// exactly all the same. Exact by default.
    #[serde(deserialize_with = "scalar::percentage")]
    #[schemars(with = "Percentage", extend("default" = "0%"))]
    pub tolerance: f64,
}

impl Scenario {
    /// What a suite says that gives nothing but the steps: one cycle of them, no idle time, no thresholds.
    pub fn of_steps(name: &str, steps: Vec<Step>) -> Scenario {
        Scenario {
            name: name.into(),
            setup: Vec::new(),
            warmup: 0,
            cycles: one(),
            steps,
            order: Order::Listed,
            seed: 0,
            idle: None,
            marks: None,
            reachability: Vec::new(),
            teardown: Vec::new(),
            lifecycle: None,
            thresholds: Vec::new(),
            allow: Vec::new(),
            snapshot: SnapshotOptions::default(),
            limits: Limits::default(),
            probes: Vec::new(),
            sites: None,
            imports: Vec::new(),
            profiled: false,
        }
    }

    /// The scenario's command, if it runs one instead of calling exports.
    pub fn command(&self) -> Option<&Command> {
        self.steps.iter().find_map(|step| match step {
            Step::Run(command) => Some(command),
            _ => None,
        })
    }

    pub(super) fn resolve(&mut self, folder: &Path) {
        let stories = [&mut self.setup, &mut self.steps, &mut self.teardown];
        stories
            .into_iter()
            .flatten()
            .for_each(|step| step.resolve(folder));
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 1 << 30,
            timeout: Duration::from_secs(60),
        }
    }
}

impl Default for SnapshotOptions {
    fn default() -> Self {
        SnapshotOptions {
            top: 10,
            tolerance: 0.0,
        }
    }
}

fn one() -> u32 {
    1
}

/// A tick as it is written: the call's keys and its own in one mapping.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping of keys to values")]
struct TickEntry {
    /// The export's name.
    call: String,
    /// Arguments: whole numbers, numbers with a fraction, and `$name` for a result that an earlier step kept.
    #[serde(default)]
    args: Vec<Argument>,
    /// Virtual time from one call to the next.
    #[serde(deserialize_with = "scalar::duration")]
    #[schemars(with = "Time")]
    every: Duration,
}

impl From<TickEntry> for Tick {
    fn from(entry: TickEntry) -> Self {
        let call = Call {
            export: entry.call,
            args: entry.args,
            keep: None,
        };
        Tick {
            call,
            every: entry.every,
        }
    }
}
