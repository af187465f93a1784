//! Variables that live as long as the instance does: what they are called, and where they lie.
//!
//! That is what a linker's DWARF says of them; a wasm file has no other word for data. A thread-local variable of a module
//! without threads lies in memory like any other.

mod find;
mod location;
mod name;

use std::ops::Range;

use super::Module;
use super::entries::Entries;
use super::types::{TypeId, Types, Word};

/// A variable that has a place in memory of its own, or the part of one that the optimiser left there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Static {
    /// The name with all it stands in, as the language spells it: `feed::cache::EVENT_CACHE`, and `tick::count` where it is
    /// local to a function.
    pub name: String,
    /// Where it begins.
    pub address: u64,
    /// Its bytes, one or more.
    pub size: u64,
    /// The source file, told as in [`Frame::file`](super::Frame::file).
    pub file: Option<String>,
    /// The line that declares it, counted from 1.
    pub line: Option<u32>,
    /// What it is; ask [`Statics::types`].
    pub ty: Option<TypeId>,
    /// Where in the whole variable, and so in its type, this part begins.
    pub offset: u64,
}

impl Static {
    /// Where it lies.
    pub fn range(&self) -> Range<u64> {
        self.address..self.address + self.size
    }
}

/// The static variables of a module, and their types.
pub struct Statics<'m> {
    /// By address; none overlaps another.
    all: Vec<Static>,
    types: Types<'m>,
}

impl<'m> Statics<'m> {
    pub(super) fn new(module: &'m Module) -> Statics<'m> {
        let entries = Entries::load(module);
        let found = find::find(module, &entries);
        let types = Types::new(entries, found.base_classes, module.is_memory64());
        Statics {
            all: find::statics(module, &types, found.variables),
            types,
        }
    }

    /// All of them, by address. Each has a size, and none overlaps another.
    pub fn all(&self) -> &[Static] {
        &self.all
    }

    /// The one that holds the byte at that address.
    pub fn at(&self, address: u64) -> Option<&Static> {
        let after = self.all.partition_point(|known| known.address <= address);
        let last = &self.all[after.checked_sub(1)?];
        last.range().contains(&address).then_some(last)
    }

    /// What they are.
    pub fn types(&self) -> &Types<'m> {
        &self.types
    }

    /// What the word at that address is, by the type of what lies there. Where nothing is known to lie, or it is not known
    /// what that is, it is [`Word::Integer`]: it may be anything.
    pub fn word(&self, address: u64) -> Word {
        let known = self.at(address);
        let typed = known.and_then(|known| Some((known, known.ty?)));
        typed.map_or(Word::Integer, |(known, ty)| {
            let offset = address - known.address + known.offset;
            self.types.words(ty).at(offset)
        })
    }
}

#[cfg(test)]
mod tests;
