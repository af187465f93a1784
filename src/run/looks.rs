//! Looks at the stack: a run that is told again, and stopped at those records of its log that an earlier run was about.
//!
//! A free keeps no calling context, so that it stays as cheap as it is. Where one turns out to be wrong, the story is told
//! once more: it is the same to the bit, so the record has the same number, and the stack at that moment is the free's.

use std::collections::{BTreeMap, BTreeSet};

use super::observer::{Log, MarkKind, Observer, Overwhelmed};
use super::sights::without_cycles;
use crate::instrument::{Layout, Width};
use crate::module::CodeFrame;

/// Stacks by the number of the record that was written down there, innermost first and without cycles.
pub type Stacks = BTreeMap<u64, Vec<CodeFrame>>;

/// The records at which the stack is to be taken, and what was taken.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    /// Numbers of records, from 0.
    wanted: BTreeSet<u64>,
    /// How many records the log has had so far.
    drained: u64,
    pub(crate) stacks: Stacks,
}

/// Nothing is wanted of the rest of the run.
#[derive(Debug, thiserror::Error)]
#[error("every stack was taken")]
struct AllTaken;

impl Looks {
    pub(crate) fn at(records: BTreeSet<u64>) -> Looks {
        Looks {
            wanted: records,
            ..Looks::default()
        }
    }

    /// So many more records were drained. Returns where the next one goes: at the log's first place, unless a stack is to be
    /// taken before the log is full. Then it starts so far behind that it is full with the very record.
    pub(crate) fn drained(&mut self, records: u64, layout: &Layout) -> u32 {
        self.drained += records;
        let Some(next) = self.wanted.range(self.drained..).next() else {
            return layout.records;
        };
        let record = layout.width.record();
        let needed = u32::try_from(next - self.drained + 1)
            .ok()
            .and_then(|records| records.checked_mul(record));
        needed
            .and_then(|bytes| (layout.records_end + record).checked_sub(bytes))
            .filter(|start| *start >= layout.records)
            .unwrap_or(layout.records)
    }

    /// Whether the stack is to be taken at the record that was drained last.
    pub(crate) fn is_due(&self) -> bool {
        self.drained
            .checked_sub(1)
            .is_some_and(|latest| self.wanted.contains(&latest))
    }

    /// Keeps the stack of the record that was drained last.
    ///
    /// # Errors
    ///
    /// When it was the last one that is wanted, so that the run need not go on.
    pub(crate) fn take(&mut self, stack: &[CodeFrame]) -> wasmtime::Result<()> {
        self.stacks.insert(self.drained - 1, without_cycles(stack));
        if self.wanted.range(self.drained..).next().is_none() {
            return Err(AllTaken.into());
        }
        Ok(())
    }
}

/// Who looks at stacks needs nothing else of a run.
pub(crate) struct Heedless;

impl Observer for Heedless {
    fn site(&mut self, _: &[CodeFrame], _: bool) {}
    fn events(&mut self, _: Width, _: &[u8], _: u64) -> Result<(), Overwhelmed> {
        Ok(())
    }
    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}
    fn finish(&mut self, _: Log, _: Vec<Vec<CodeFrame>>) {}
}
