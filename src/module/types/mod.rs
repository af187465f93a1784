//! What debug info says of types: how large they are, and where in them pointers lie.
//!
//! A type is read when somebody asks for it, since most of those that are described no static and no block is of.

mod description;
mod name;
mod words;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use self::description::{Description, Shape};
pub use self::words::{Word, Words};
use super::entries::{Entries, EntryId};

/// A type, as one unit of debug info describes it. Units describe the same type again, so compare names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(super) EntryId);

/// How many words of all types together are kept apart at most; behind them any word may be anything.
const MAX_WORDS: usize = 1 << 22;

/// How many members are looked at for the words of all types together.
const MAX_STEPS: u32 = 1 << 24;

/// How many bases a class may have, with theirs.
const MAX_BASES: usize = 1024;

/// How deep types are looked into: a type may say that it contains itself.
const MAX_DEPTH: usize = 32;

/// The types of a module. What was read is kept.
pub struct Types<'m> {
    entries: Entries<'m>,
    /// What classes inherit from.
    base_classes: BTreeSet<TypeId>,
    /// Bytes of a pointer.
    width: u64,
    descriptions: RefCell<BTreeMap<TypeId, Rc<Description>>>,
    names: RefCell<BTreeMap<TypeId, Rc<str>>>,
    words: RefCell<BTreeMap<TypeId, Words>>,
    /// How many words may still be kept.
    room: Cell<usize>,
    /// How many members may still be looked at.
    steps: Cell<u32>,
}

impl<'m> Types<'m> {
    pub(super) fn new(
        entries: Entries<'m>,
        base_classes: BTreeSet<TypeId>,
        is_memory64: bool,
    ) -> Types<'m> {
        Types {
            entries,
            base_classes,
            width: if is_memory64 { 8 } else { 4 },
            descriptions: RefCell::default(),
            names: RefCell::default(),
            words: RefCell::default(),
            room: Cell::new(MAX_WORDS),
            steps: Cell::new(MAX_STEPS),
        }
    }

    /// The name in the language's own spelling: `feed::Event`, `alloc::vec::Vec<u8>`, `char *`.
    pub fn name(&self, ty: TypeId) -> Rc<str> {
        if let Some(name) = self.names.borrow().get(&ty) {
            return Rc::clone(name);
        }
        let name: Rc<str> = name::of(self, ty).into();
        self.names.borrow_mut().insert(ty, Rc::clone(&name));
        name
    }

    /// Bytes; `None` where the type is declared and nothing more.
    pub fn size(&self, ty: TypeId) -> Option<u64> {
        self.size_within(ty, MAX_DEPTH)
    }

    /// What its words are.
    pub fn words(&self, ty: TypeId) -> Words {
        let ty = self.repeated(ty);
        if let Some(words) = self.words.borrow().get(&ty) {
            return words.clone();
        }
        let words = words::of(self, ty);
        self.words.borrow_mut().insert(ty, words.clone());
        words
    }

    /// What a block of that many bytes is, when a pointer to that type leads to its beginning: one of them or an array of
    /// them. `None` where that cannot be: for a type without a size or of one byte, for a block of another size, and where
    /// a class has virtual functions or others inherit from it, and the block is not exactly as large.
    ///
    /// Likely, not certain: in C a structure may stand for a larger one that begins with it.
    pub fn of_block(&self, target: TypeId, size: u64) -> Option<TypeId> {
        let own = self.size(target).filter(|&own| own > 1)?;
        let is_one = size == own;
        let are_many = size > own && size.is_multiple_of(own) && !self.is_base(target);
        (is_one || are_many).then_some(target)
    }

    pub(super) fn entries(&self) -> &Entries<'m> {
        &self.entries
    }
}

impl Types<'_> {
    fn describe(&self, ty: TypeId) -> Rc<Description> {
        if let Some(description) = self.descriptions.borrow().get(&ty) {
            return Rc::clone(description);
        }
        let description = Rc::new(Description::read(&self.entries, ty, self.width));
        let mut descriptions = self.descriptions.borrow_mut();
        descriptions.insert(ty, Rc::clone(&description));
        description
    }

    fn size_within(&self, ty: TypeId, depth: usize) -> Option<u64> {
        let depth = depth.checked_sub(1)?;
        let description = self.describe(ty);
        if description.size.is_some() {
            return description.size;
        }
        match &description.shape {
            Shape::Same(same) => self.size_within((*same)?, depth),
            Shape::Array { element, counts } if !counts.is_empty() => {
                let element = self.size_within((*element)?, depth)?;
                let mut counts = counts.iter();
                counts.try_fold(element, |size, count| size.checked_mul((*count)?))
            }
            _ => None,
        }
    }

    /// Without other names, `const` and the like.
    fn plain(&self, mut ty: TypeId) -> TypeId {
        for _ in 0..MAX_DEPTH {
            match self.describe(ty).shape {
                Shape::Same(Some(same)) => ty = same,
                _ => break,
            }
        }
        ty
    }

    /// The type itself behind other names for it, as long as it has a name of its own; `None` for `void`.
    fn named(&self, ty: TypeId) -> Option<TypeId> {
        let plain = self.plain(ty);
        match self.describe(plain).shape {
            Shape::Same(None) => None,
            Shape::Whole(_) if name::own(self, plain).is_none() => Some(ty),
            _ => Some(plain),
        }
    }

    /// What an array repeats, if each of its elements begins with a word; any other type itself.
    fn repeated(&self, ty: TypeId) -> TypeId {
        let mut ty = self.plain(ty);
        for _ in 0..MAX_DEPTH {
            match self.describe(ty).shape {
                Shape::Array {
                    element: Some(element),
                    ..
                } if self.begins_words(element) => ty = self.plain(element),
                _ => break,
            }
        }
        ty
    }

    fn begins_words(&self, element: TypeId) -> bool {
        let size = self.size(element);
        size.is_some_and(|size| size > 0 && size.is_multiple_of(self.width))
    }

    /// Whether there may be more than the type says where a pointer to it leads: others inherit from it, or it has virtual
    /// functions, its own or a base's.
    fn is_base(&self, ty: TypeId) -> bool {
        let ty = self.plain(ty);
        if self.base_classes.contains(&ty) {
            return true;
        }
        let mut seen = BTreeSet::from([ty]);
        let mut left = vec![ty];
        while let Some(ty) = left.pop() {
            if let Shape::Whole(whole) = &self.describe(ty).shape {
                if whole.is_polymorphic {
                    return true;
                }
                let bases = whole.bases().map(|base| self.plain(base));
                left.extend(bases.filter(|&base| seen.insert(base)));
            }
            if seen.len() > MAX_BASES {
                return true;
            }
        }
        false
    }
}
