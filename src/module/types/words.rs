//! A type word by word: what of it may be a pointer.

use std::rc::Rc;

use super::description::{Shape, Whole};
use super::{MAX_DEPTH, TypeId, Types};

/// What a word is: as many bytes as a pointer has, at a multiple of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// No address of the heap: a float, a flag, a character, a small integer, one of C's enumerations, a function, or room
    /// between members.
    Data,
    /// What may hold an address without being a pointer: an integer as wide as one, an array of bytes, and whatever is not
    /// known.
    Integer,
    /// A pointer or a reference, and to what; `None` if that is `void`, or one thing in one variant and another in another.
    Pointer(Option<TypeId>),
}

/// The words of a type, and of an array of it.
#[derive(Clone, Debug)]
pub struct Words {
    words: Rc<[Word]>,
    /// Bytes of the type.
    size: u64,
    /// Bytes of a word.
    width: u64,
    /// What is beyond the words that are kept.
    beyond: Word,
}

/// Words of one type that are kept at most.
const MAX_WORDS: usize = 1 << 16;

/// How often a member may be looked at for one type.
const MAX_STEPS: u32 = 1 << 20;

impl Words {
    /// What the word is that begins so many bytes from the beginning of the type, or of an array of it.
    pub fn at(&self, offset: u64) -> Word {
        let Some(offset) = offset.checked_rem(self.size) else {
            return self.beyond;
        };
        let word = self.words.get((offset / self.width) as usize);
        word.copied().unwrap_or(self.beyond)
    }

    /// Where the pointers are in so many bytes of the type or an array of it, and what they lead to.
    pub fn pointers(&self, size: u64) -> impl Iterator<Item = (u64, Option<TypeId>)> {
        let words = (0..size / self.width).map(|word| word * self.width);
        words.filter_map(|offset| match self.at(offset) {
            Word::Pointer(target) => Some((offset, target)),
            _ => None,
        })
    }
}

/// The words of a type.
pub(super) fn of(types: &Types<'_>, ty: TypeId) -> Words {
    let size = types.size(ty).unwrap_or(0);
    let width = types.width;
    let room = types.room.get().min(MAX_WORDS);
    let count = (size / width).min(room as u64) as usize;
    let mut filling = Filling {
        types,
        words: vec![Word::Data; count],
        steps: types.steps.get().min(MAX_STEPS),
    };
    let allowed = filling.steps;
    filling.add(ty, 0, None, MAX_DEPTH);
    types
        .steps
        .set(types.steps.get() - (allowed - filling.steps));
    if filling.steps == 0 {
        filling.words.fill(Word::Integer);
    }
    let has_addresses = filling.words.iter().any(|&word| word != Word::Data);
    // In an array of these, words begin in the midst of elements.
    let is_askew = !size.is_multiple_of(width) && size > width && has_addresses;
    let is_whole = count as u64 == size / width && size > 0;
    if is_askew {
        filling.words.clear();
    }
    types.room.set(types.room.get() - filling.words.len());
    Words {
        words: filling.words.into(),
        size,
        width,
        beyond: if is_whole && !is_askew {
            Word::Data
        } else {
            Word::Integer
        },
    }
}

struct Filling<'t, 'm> {
    types: &'t Types<'m>,
    words: Vec<Word>,
    steps: u32,
}

impl Filling<'_, '_> {
    /// Adds a type at an offset. `elements` is what pointers to bytes lead to.
    fn add(&mut self, ty: TypeId, offset: u64, elements: Option<TypeId>, depth: usize) {
        self.steps = self.steps.saturating_sub(1);
        let is_beyond = offset / self.types.width >= self.words.len() as u64;
        if is_beyond || self.steps == 0 {
            return;
        }
        let Some(depth) = depth.checked_sub(1) else {
            self.steps = 0;
            return;
        };
        let description = self.types.describe(ty);
        match &description.shape {
            Shape::Data | Shape::Same(None) => {}
            Shape::Same(Some(same)) => self.add(*same, offset, elements, depth),
            Shape::Pointer(target) => self.pointer(offset, *target, elements),
            Shape::Integer => self.integer(offset, description.size),
            Shape::Array { element, .. } => self.array(ty, *element, offset, elements, depth),
            Shape::Whole(whole) => self.whole(ty, whole, offset, elements, depth),
            Shape::Unknown => self.unknown(offset, description.size.unwrap_or(self.types.width)),
        }
    }

    fn pointer(&mut self, offset: u64, target: Option<TypeId>, elements: Option<TypeId>) {
        let target = target.and_then(|target| match elements {
            Some(elements) if self.types.size(target) == Some(1) => Some(elements),
            _ => self.types.named(target),
        });
        self.merge(offset, Word::Pointer(target));
    }

    /// Of one that is wider than a pointer, the half that counts.
    fn integer(&mut self, offset: u64, size: Option<u64>) {
        if size.is_some_and(|size| size >= self.types.width) {
            self.merge(offset, Word::Integer);
        }
    }

    fn array(
        &mut self,
        ty: TypeId,
        element: Option<TypeId>,
        offset: u64,
        elements: Option<TypeId>,
        depth: usize,
    ) {
        let all = self.types.size(ty).unwrap_or(0);
        let Some(element) = element else {
            return self.unknown(offset, all);
        };
        match self.types.size(element) {
            Some(0) => {}
            None => self.unknown(offset, all),
            Some(1) => self.unknown(offset, all),
            Some(size) => {
                let end = offset.saturating_add(all).min(self.end());
                let mut at = offset;
                while at < end && self.steps > 0 {
                    self.add(element, at, elements, depth);
                    at = at.saturating_add(size);
                }
            }
        }
    }

    fn whole(
        &mut self,
        ty: TypeId,
        whole: &Whole,
        offset: u64,
        elements: Option<TypeId>,
        depth: usize,
    ) {
        if whole.is_partial {
            self.unknown(offset, self.types.size(ty).unwrap_or(0));
        }
        for member in &whole.members {
            let offset = offset.saturating_add(member.offset);
            self.add(member.ty, offset, whole.elements.or(elements), depth);
        }
    }

    /// Bytes that may be anything, as far as whole words of them go.
    fn unknown(&mut self, offset: u64, size: u64) {
        let width = self.types.width;
        let end = offset.saturating_add(size).min(self.end());
        let mut at = offset.next_multiple_of(width);
        while at.saturating_add(width) <= end {
            self.merge(at, Word::Integer);
            at += width;
        }
    }

    /// Variants lie on top of each other: the word is what any of them says it may be.
    fn merge(&mut self, offset: u64, word: Word) {
        let width = self.types.width;
        if !offset.is_multiple_of(width) {
            return;
        }
        let Some(known) = self.words.get_mut((offset / width) as usize) else {
            return;
        };
        *known = match (*known, word) {
            (Word::Pointer(one), Word::Pointer(other)) if one != other => Word::Pointer(None),
            (Word::Pointer(one), _) => Word::Pointer(one),
            (Word::Integer, Word::Data) => Word::Integer,
            (_, word) => word,
        };
    }

    fn end(&self) -> u64 {
        self.words.len() as u64 * self.types.width
    }
}
