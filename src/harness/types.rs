//! Of what types the blocks on a way are, as far as debug information leads.

use std::cell::OnceCell;

use crate::heap::{ENDS, Held};
use crate::module::{Module, Statics, TypeId, Word};

/// The types of a module's statics, read when they are first asked for: most scenarios hold nothing that is told.
pub(super) struct KnownTypes<'m> {
    module: &'m Module,
    statics: OnceCell<Statics<'m>>,
}

impl<'m> KnownTypes<'m> {
    pub(super) fn of(module: &'m Module) -> KnownTypes<'m> {
        KnownTypes {
            module,
            statics: OnceCell::new(),
        }
    }

    /// The type of each block on the way, from a pointer in a static on; none behind one that leads to no known type.
    pub(super) fn on_way(&self, held: &Held) -> Vec<Option<String>> {
        let mut names = vec![None; held.hops.len()];
        let Some(at) = held.at else {
            return names;
        };
        let statics = self.statics.get_or_init(|| self.module.statics());
        let types = statics.types();
        let mut target = pointed_to(statics.word(at));
        let known = if held.left_out > 0 {
            ENDS
        } else {
            held.hops.len()
        };
        for (number, hop) in held.hops[..known].iter().enumerate() {
            let Some(ty) = target.and_then(|target| types.of_block(target, hop.size)) else {
                break;
            };
            names[number] = Some(types.name(ty).to_string());
            let next = held.hops.get(number + 1);
            target = next.and_then(|next| pointed_to(types.words(ty).at(next.offset)));
        }
        names
    }
}

fn pointed_to(word: Word) -> Option<TypeId> {
    match word {
        Word::Pointer(target) => target,
        Word::Data | Word::Integer => None,
    }
}
