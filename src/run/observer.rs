//! What a run tells of the guest's heap, while it lasts.

use crate::instrument::Width;
use crate::module::CodeFrame;

/// A moment at which the heap is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// After warm-up.
    Baseline,
    /// After the cycle of that number, the first being 1.
    Cycle(u32),
    /// After the idle time's settling.
    IdleStart,
    /// After so many of the [parts](IDLE_PARTS) of the idle period, while something happens in it.
    Idle(u32),
    /// When the idle period is over.
    IdleEnd,
    /// After teardown.
    Final,
}

/// The equal parts of the idle period between which the heap is read, so that what happens once is told from what goes on.
pub const IDLE_PARTS: u32 = 16;

/// Counts that the instrumented module keeps besides the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Distinct calling contexts, up to the cap.
    pub contexts: u64,
    /// Allocations whose context lay beyond the cap and was folded to its call site.
    pub folded_allocations: u64,
}

/// A guest keeps more than an observer can: the books of an untrusted guest must not take all of the host's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it keeps more blocks than memgate does ({most})")]
pub struct Overwhelmed {
    /// How many blocks are kept at the most.
    pub most: u64,
}

/// The guest in a moment in which nothing of its code is under way.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Linear memory; empty where there is none.
    pub memory: &'a [u8],
    /// How wide a pointer is.
    pub width: Width,
    /// The globals that hold an integer which can change, by their index in the original module, in order.
    pub globals: Vec<(u32, u64)>,
    /// The integers among the results that steps have kept, in the order of their names.
    pub kept: Vec<(String, u64)>,
}

/// Listens to a run. All times are virtual nanoseconds since the instance was started.
pub trait Observer {
    /// A site was seen for the first time; sites are numbered from 0 in the order of these calls.
    ///
    /// The stack is innermost first and begins with the caller of the outermost allocator; recursion is folded. `folded` says
    /// that the site stands for all contexts beyond the cap that end in its one frame.
    fn site(&mut self, stack: &[CodeFrame], folded: bool);

    /// The log was drained: whole records, in their order.
    ///
    /// # Errors
    ///
    /// When the observer cannot keep any more. The run ends as if the guest had trapped.
    fn events(&mut self, width: Width, log: &[u8], time: u64) -> Result<(), Overwhelmed>;

    /// A mark was reached; `memory` is the size of linear memory in bytes.
    fn mark(&mut self, kind: MarkKind, time: u64, memory: u64);

    /// The guest is quiet at the mark that was just told: what it can still get at may be looked for. The guest waits.
    fn survey(&mut self, _: MarkKind, _: &View<'_>) {}

    /// The run is over, however it ended. The stacks of all sites are told once more, since who keeps only figures until now
    /// needs much less room.
    fn finish(&mut self, log: Log, stacks: Vec<Vec<CodeFrame>>);
}
