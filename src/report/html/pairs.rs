//! Which sites of two runs are the same.

use std::collections::{BTreeMap, VecDeque};

use crate::report::difference::{Reading, reading};
use crate::report::value::SiteReport;

/// For each site of the other run, its counterpart in this one.
///
/// Several sites may read the same: of these the first is the first's counterpart and so on, so that sums stay what they are.
pub(super) fn pairs(sites: &[SiteReport], others: &[SiteReport]) -> Vec<Option<usize>> {
    let mut by_reading: BTreeMap<Reading, VecDeque<usize>> = BTreeMap::new();
    for (index, site) in sites.iter().enumerate() {
        by_reading
            .entry(reading(&site.stack))
            .or_default()
            .push_back(index);
    }
    let counterpart = |site: &SiteReport| by_reading.get_mut(&reading(&site.stack))?.pop_front();
    others.iter().map(counterpart).collect()
}
