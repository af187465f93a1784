//! What the one site accounts for that accounts for most: sums hide a site that grows while others shrink.

use crate::suite::Unit;

/// What is measured of every site; the largest figure is the metric's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfSite {
    /// Live bytes at idle end.
    Each,
    /// Live bytes at idle end minus live bytes at baseline.
    Delta,
    /// Live bytes at the instant of the global peak.
    Peak,
    /// Bytes of all that was ever allocated there.
    Total,
}

impl OfSite {
    /// All that is measured of sites, in the order of reports.
    pub const ALL: [OfSite; 4] = [OfSite::Each, OfSite::Delta, OfSite::Peak, OfSite::Total];

    /// The name in suites and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            OfSite::Each => "each",
            OfSite::Delta => "delta",
            OfSite::Peak => "peak",
            OfSite::Total => "total",
        }
    }

    pub(super) const fn unit(self) -> Unit {
        Unit::Bytes
    }

    pub(super) const fn definition(self) -> &'static str {
        match self {
            OfSite::Each => "Live bytes at idle end of the site that holds most.",
            OfSite::Delta => "Growth of live bytes since the baseline, of the site that grew most.",
            OfSite::Peak => "Live bytes at the global maximum, of the site that held most then.",
            OfSite::Total => {
                "Bytes of all that was ever allocated, of the site that allocated most."
            }
        }
    }
}
