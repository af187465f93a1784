//! What is lost, told apart as valgrind's memcheck does.

use crate::suite::Unit;

/// How sure it is that blocks are lost; bytes of each kind are a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lost {
    /// Nothing points to them.
    Definite,
    /// Only lost blocks lead to them.
    Indirect,
    /// They are reached by way of a pointer into the midst of a block only.
    Possible,
}

impl Lost {
    /// All of them, in the order of reports.
    pub const ALL: [Lost; 3] = [Lost::Definite, Lost::Indirect, Lost::Possible];

    /// The name in suites and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Lost::Definite => "definite",
            Lost::Indirect => "indirect",
            Lost::Possible => "possible",
        }
    }

    pub(super) const fn unit(self) -> Unit {
        Unit::Bytes
    }

    pub(super) const fn definition(self) -> &'static str {
        match self {
            Lost::Definite => "Live bytes after teardown to which nothing points.",
            Lost::Indirect => "Live bytes after teardown to which only lost blocks lead.",
            Lost::Possible => {
                "Live bytes after teardown that are reached by a pointer into the midst of a block only."
            }
        }
    }
}
