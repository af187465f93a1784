//! The parts of a story, from one mark to the next, each with figures of its own.

use crate::suite::Unit;

/// A part of the story, from one mark to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// From the instance's start to the baseline: setup and warm-up.
    Start,
    /// From the baseline to the end of the last cycle; of a command, to the start of its idle time.
    Cycles,
    /// From the last cycle to the start of the idle time.
    Settle,
    /// From the start of the idle time to its end.
    Idle,
    /// From the end of the idle time to the end of the story.
    Teardown,
}

/// What is measured of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfPhase {
    /// Live bytes at its end minus live bytes at its start.
    Delta,
    /// Bytes allocated in it.
    Total,
    /// Blocks allocated in it.
    TotalBlocks,
    /// The most bytes that were live at once while it lasted.
    Peak,
    /// Growth of linear memory in it.
    MemoryGrowth,
}

impl Phase {
    /// Every phase, in the order of the story.
    pub const ALL: [Phase; 5] = [
        Phase::Start,
        Phase::Cycles,
        Phase::Settle,
        Phase::Idle,
        Phase::Teardown,
    ];

    /// The name in suites and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Start => "start",
            Phase::Cycles => "cycles",
            Phase::Settle => "settle",
            Phase::Idle => "idle",
            Phase::Teardown => "teardown",
        }
    }

    /// Which part of the story it is, as part of a sentence.
    const fn extent(self) -> &'static str {
        match self {
            Phase::Start => "before the baseline",
            Phase::Cycles => "from the baseline to the end of the last cycle",
            Phase::Settle => "from the last cycle to idle start",
            Phase::Idle => "from idle start to idle end",
            Phase::Teardown => "after idle end",
        }
    }
}

impl OfPhase {
    /// All that is measured of a phase, in the order of reports.
    pub const ALL: [OfPhase; 5] = [
        OfPhase::Delta,
        OfPhase::Total,
        OfPhase::TotalBlocks,
        OfPhase::Peak,
        OfPhase::MemoryGrowth,
    ];

    /// The name in suites and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            OfPhase::Delta => "delta",
            OfPhase::Total => "total",
            OfPhase::TotalBlocks => "total_blocks",
            OfPhase::Peak => "peak",
            OfPhase::MemoryGrowth => "memory_growth",
        }
    }

    pub(super) const fn unit(self) -> Unit {
        match self {
            OfPhase::TotalBlocks => Unit::Blocks,
            OfPhase::Delta | OfPhase::Total | OfPhase::Peak | OfPhase::MemoryGrowth => Unit::Bytes,
        }
    }

    pub(super) fn definition(self, phase: Phase) -> String {
        let what = match self {
            OfPhase::Delta => "Growth of live bytes",
            OfPhase::Total => "Bytes of all that was allocated",
            OfPhase::TotalBlocks => "Blocks of all that was allocated",
            OfPhase::Peak => "The most bytes that were live at once",
            OfPhase::MemoryGrowth => "Growth of linear memory",
        };
        format!("{what}, {}.", phase.extent())
    }
}
