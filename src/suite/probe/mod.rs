//! `probes:`, numbers that a module tells of itself.

mod check;
mod entry;

pub(crate) use self::check::SEAL;
pub(super) use self::check::{check, check_story};
pub(super) use self::entry::{ProbesSchema, probes};
use super::metric::Metric;
use super::step::Call;
use super::units::Unit;

/// A number that the module tells of itself: a metric by the name that the suite gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The metric's name.
    pub name: String,
    /// Where it is read.
    pub source: ProbeSource,
    /// What it is counted in.
    pub unit: Unit,
    /// The mark whose value is taken off from that at idle end; none where the value itself counts.
    pub since: Option<Since>,
}

/// Where a probe is read.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeSource {
    /// What an export returns.
    Call {
        /// The call; it keeps nothing.
        call: Call,
        /// The way to the number in the JSON that it returns, from the outside in; empty where it returns the number.
        field: Vec<String>,
        /// How it returns the JSON; none where its signature says it.
        string: Option<StringForm>,
    },
    /// A mutable global that is exported under that name.
    Global(String),
    /// An entry of a table of numbers in linear memory.
    Memory {
        /// Where the table begins.
        base: Base,
        /// Which entry, from 0.
        index: u32,
        /// What the table is made of.
        number: Number,
    },
}

/// How an export returns a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringForm {
    /// The address of bytes that end with a zero.
    Nul,
    /// Two results, the address and the number of bytes.
    Pair,
    /// One i64, with the address in its upper half and the number of bytes in its lower.
    Packed,
    /// The address of UTF-16 whose number of bytes lies four bytes before it, as AssemblyScript has it.
    AssemblyScript,
}

/// Where a table in memory begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// At the address that an exported global holds: that is how linkers export a static.
    Export(String),
    /// At that address.
    Address(u64),
}

/// What a table in memory is made of; wasm's memory is little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Number {
    U8,
    U16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

/// A mark whose value is taken off from that at idle end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The mark `baseline`.
    Baseline,
    /// The mark `idle start`.
    IdleStart,
}

impl Probe {
    /// The metric that it is.
    pub fn metric(&self) -> Metric {
        Metric::Probe(self.name.clone(), self.unit)
    }
}

impl Number {
    /// Bytes of one entry.
    pub const fn bytes(self) -> u32 {
        match self {
            Number::U8 => 1,
            Number::U16 => 2,
            Number::U32 | Number::I32 | Number::F32 => 4,
            Number::U64 | Number::I64 | Number::F64 => 8,
        }
    }
}
