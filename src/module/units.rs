//! The compilation units of a module's debug info, by the code that they are of.

use std::ops::Range;
use std::sync::Arc;

use addr2line::gimli::{Dwarf, Result, Unit, UnitHeader, UnitOffset, UnitRef};

use super::dwarf::Bytes;

/// An index of units. addr2line has one too, and it panics when the unit that it is asked for is broken.
pub(super) struct Units<'m> {
    dwarf: Arc<Dwarf<Bytes<'m>>>,
    units: Vec<Unit<Bytes<'m>>>,
    /// Addresses and the unit that they belong to, by their start.
    ranges: Vec<(Range<u64>, usize)>,
}

impl<'m> Units<'m> {
    /// Leaves out what cannot be read.
    pub(super) fn new(dwarf: Arc<Dwarf<Bytes<'m>>>) -> Units<'m> {
        let mut units = Units {
            dwarf: Arc::clone(&dwarf),
            units: Vec::new(),
            ranges: Vec::new(),
        };
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            // A unit that broke off half-way is still known by the ranges that were read.
            let _ = units.add(header);
        }
        units.ranges.sort_by_key(|(range, _)| range.start);
        units
    }

    fn add(&mut self, header: UnitHeader<Bytes<'m>>) -> Result<()> {
        let unit = self.dwarf.unit(header)?;
        let mut ranges = self.dwarf.unit_ranges(&unit)?;
        self.units.push(unit);
        while let Some(range) = ranges.next()? {
            self.ranges
                .push((range.begin..range.end, self.units.len() - 1));
        }
        Ok(())
    }

    /// The unit that an address belongs to. Where several claim it, the range that begins last is the narrowest: linkers
    /// let functions that they threw away begin at 0.
    pub(super) fn at(&self, address: u64) -> Option<UnitRef<'_, Bytes<'m>>> {
        let after = self
            .ranges
            .partition_point(|(range, _)| range.start <= address);
        let (range, unit) = self.ranges.get(after.checked_sub(1)?)?;
        range
            .contains(&address)
            .then(|| UnitRef::new(&self.dwarf, &self.units[*unit]))
    }
}

/// The addresses of an entry; `None` where it has none, or several ranges of them.
pub(super) fn entry_range(unit: UnitRef<'_, Bytes<'_>>, entry: UnitOffset) -> Option<Range<u64>> {
    let entry = unit.entry(entry).ok()?;
    let mut ranges = unit.die_ranges(&entry).ok()?;
    let range = ranges.next().ok()??;
    let is_only = matches!(ranges.next(), Ok(None));
    is_only.then_some(range.begin..range.end)
}
