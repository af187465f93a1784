//! What is known of a heap once a run is over.

use std::collections::BTreeSet;

use super::survey::Survey;
use super::wrong_frees::WrongFrees;
use crate::module::CodeFrame;
use crate::run::{MarkKind, Reading};

/// Bytes and blocks, always together: requested bytes, never the allocator's rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Requested bytes.
    pub bytes: u64,
    /// Number of blocks.
    pub blocks: u64,
}

impl Count {
    pub(crate) fn add(&mut self, size: u64) {
        // A guest may claim any size; figures that mean nothing are better than a gate that stops.
        self.bytes = self.bytes.saturating_add(size);
        self.blocks += 1;
    }

    pub(crate) fn subtract(&mut self, size: u64) {
        self.bytes = self.bytes.saturating_sub(size);
        self.blocks = self.blocks.saturating_sub(1);
    }
}

/// The heap's totals at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which moment this is.
    pub kind: MarkKind,
    /// Virtual time since the instance was started, in nanoseconds.
    pub time: u64,
    /// What is live.
    pub live: Count,
    /// All that was allocated up to here.
    pub total: Count,
    /// The most bytes that were live at once since the mark before, the first instant of it.
    pub peak: Count,
    /// Size of linear memory, in bytes.
    pub memory: u64,
    /// The part of linear memory that the heap has taken, in bytes: from the lowest block ever seen to the end of memory.
    /// Zero while no block was seen.
    pub heap_span: u64,
}

/// How many blocks that were born in one cycle are alive at idle end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivors {
    /// The cycle of birth: 0 is everything before the baseline, `cycles + 1` what came after the last cycle.
    pub cycle: u32,
    /// What is left of them.
    pub live: Count,
}

/// What a site held at a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The mark, by its place in [`Recording::marks`].
    pub mark: u32,
    /// What was live there.
    pub live: Count,
}

/// What is known of a site that the module's compiler numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteName {
    /// Its name.
    Name(String),
    /// Its number only.
    Number(u32),
    /// It stands for all sites beyond those that have a counter of their own; so many have.
    Beyond(u32),
}

/// What one site allocated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteRecord {
    /// The calling context, innermost first: the outermost allocator's caller comes first, recursion is folded.
    pub stack: Vec<CodeFrame>,
    /// What the compiler calls it, in place of a calling context, where it numbered its sites.
    pub name: Option<SiteName>,
    /// Set where more contexts than the cap were seen, and this site stands for all that came by this call site later.
    pub folded: bool,
    /// All that was ever allocated.
    pub total: Count,
    /// Live at the instant of the global peak.
    pub at_peak: Count,
    /// The most bytes of this site that were live at once, and the blocks that were live then, the first instant of it.
    pub own_peak: Count,
    /// For how long its blocks lived, added up: in bytes that the module allocated meanwhile. Blocks that were never freed lived
    /// until the run was over. None where nothing is known of frees.
    pub lifetime: Option<u64>,
    /// Live at baseline.
    pub at_baseline: Count,
    /// Live at idle start.
    pub at_idle_start: Count,
    /// Live at idle end.
    pub at_idle_end: Count,
    /// Live at `final`.
    pub at_end: Count,
    /// What is alive at idle end, by cycle of birth; cycles without survivors are left out.
    pub survivors: Vec<Survivors>,
    /// What was live at those marks of [`Recording::sampled`] at which it was not what it had been at the one before; nothing
    /// was before the first.
    pub levels: Vec<Level>,
}

impl SiteRecord {
    /// Keeps what was live at a mark.
    pub(super) fn keep(&mut self, mark: MarkKind, live: Count) {
        match mark {
            MarkKind::Baseline => self.at_baseline = live,
            MarkKind::IdleStart => self.at_idle_start = live,
            MarkKind::IdleEnd => self.at_idle_end = live,
            MarkKind::Final => self.at_end = live,
            MarkKind::Cycle(_) | MarkKind::Idle(_) => {}
        }
    }
}

/// What the log showed that is no allocation or free of a known block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// Events in the log: allocations, frees and resizes.
    pub events: u64,
    /// Frees and resizes of addresses at which no block was: of blocks that were freed before, or of strangers.
    pub unknown_frees: u64,
    /// Blocks that an allocation handed out again though no free of them was seen.
    pub unseen_frees: u64,
    /// Distinct calling contexts.
    pub contexts: u64,
    /// Allocations whose context lay beyond the cap and was folded to its call site.
    pub folded_allocations: u64,
}

/// All that a run yields about the guest's heap.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The moments at which the heap was read, in their order.
    pub marks: Vec<Mark>,
    /// The marks at which sites were looked at, by their places: of very many cycles only some.
    pub sampled: Vec<u32>,
    /// Live bytes and blocks at the global maximum of live bytes, the first instant of it.
    pub peak: Count,
    /// Virtual time of that instant's log drain, in nanoseconds.
    pub peak_time: u64,
    /// All bytes that had been allocated by then, the block that made it the maximum included.
    pub total_at_peak: u64,
    /// Every site, in the order of its first allocation.
    pub sites: Vec<SiteRecord>,
    /// What else the log showed.
    pub diagnostics: Diagnostics,
    /// What was lost and what was held at the marks at which that was looked for, in their order.
    pub surveys: Vec<Survey>,
    /// The addresses of [`Diagnostics::unknown_frees`]; a million at the most.
    pub wrongly_freed: BTreeSet<u64>,
    /// What these frees were; none until an [`Inquiry`](super::Inquiry) has looked into them.
    pub wrong_frees: Option<WrongFrees>,
    /// What the module told of itself, in the order of the marks; not of the fold's making.
    pub readings: Vec<Reading>,
    /// What the host held after each of the scenario's instances, in bytes, of which only the differences mean something; empty where
    /// that was not counted.
    pub held_by_host: Vec<i64>,
}

impl Recording {
    /// The first mark of that kind.
    pub fn mark(&self, kind: MarkKind) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.kind == kind)
    }

    /// What was lost and what was held at that mark, if it was looked for.
    pub fn survey(&self, kind: MarkKind) -> Option<&Survey> {
        self.surveys.iter().find(|survey| survey.mark == kind)
    }

    /// What the site held at each of the [sampled](Recording::sampled) marks.
    pub fn levels<'r>(
        &'r self,
        site: &'r SiteRecord,
    ) -> impl Iterator<Item = (MarkKind, Count)> + 'r {
        let mut changes = site.levels.iter().peekable();
        let mut live = Count::default();
        self.sampled.iter().map(move |mark| {
            while let Some(level) = changes.next_if(|level| level.mark <= *mark) {
                live = level.live;
            }
            (self.marks[*mark as usize].kind, live)
        })
    }
}
