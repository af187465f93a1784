//! The suite file: what a module does, how long it idles, how much memory may stay.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// One YAML file: a module and its scenarios.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file's stem; the first half of a trial's name.
    pub name: String,
    /// The file itself.
    pub path: PathBuf,
    /// The module under test.
    pub module: ModuleSource,
    /// The scenarios, in the order of the file.
    pub scenarios: Vec<Scenario>,
}

/// Where the module comes from; paths are resolved against the suite file's folder.
#[derive(Clone, Debug)]
pub enum ModuleSource {
    /// `module:`
    File(PathBuf),
    /// `build:`: a command line that is run in the suite file's folder, and the file that it leaves.
    Build { run: String, output: PathBuf },
}

/// One story told to one fresh instance.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub setup: Vec<Step>,
    pub warmup: u32,
    pub cycles: u32,
    pub steps: Vec<Step>,
    pub idle: Option<Idle>,
    /// Only with a `run` step: where on the virtual clock the marks lie.
    pub marks: Option<Marks>,
    pub teardown: Vec<Step>,
    pub thresholds: Vec<Threshold>,
    pub snapshot: SnapshotOptions,
    pub limits: Limits,
}

#[derive(Clone, Debug)]
pub enum Step {
    Call(Call),
    Run(Command),
    Advance(Duration),
    Repeat { times: u32, steps: Vec<Step> },
}

/// `call`: an export of a reactor module.
#[derive(Clone, Debug)]
pub struct Call {
    pub export: String,
    pub args: Vec<Argument>,
    /// `as`: the name under which the first result is kept.
    pub keep: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    Integer(i128),
    Float(f64),
    /// `$name`: a value that an earlier call kept.
    Kept(String),
}

/// `run`: the whole of a command module.
#[derive(Clone, Debug, Default)]
pub struct Command {
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub stdin: Option<Content>,
    /// Guest path to content.
    pub files: BTreeMap<String, Content>,
    /// The exit code that is expected.
    pub exit: i32,
}

#[derive(Clone, Debug)]
pub enum Content {
    Text(String),
    File(PathBuf),
}

#[derive(Clone, Debug)]
pub struct Idle {
    pub settle: Duration,
    pub period: Duration,
    pub tick: Option<Tick>,
}

#[derive(Clone, Debug)]
pub struct Tick {
    pub call: Call,
    pub every: Duration,
}

#[derive(Clone, Copy, Debug)]
pub struct Marks {
    pub baseline: Option<Duration>,
    pub idle_start: Duration,
    pub idle_end: Duration,
}

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory: u64,
    /// Wall-clock time of the whole scenario.
    pub timeout: Duration,
}

#[derive(Clone, Copy, Debug)]
pub struct SnapshotOptions {
    pub top: usize,
}

/// A bound on a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub metric: Metric,
    pub comparison: Comparison,
    /// In the metric's unit.
    pub limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    Delta,
    IdleRate,
    IdleChurn,
    Growth,
    Total,
    TotalBlocks,
    Peak,
    PeakBlocks,
    End,
    EndBlocks,
    Memory,
    MemoryGrowth,
    Fragmentation,
}

/// The unit that a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Blocks,
    BytesPerSecond,
    BytesPerCycle,
    Ratio,
}
