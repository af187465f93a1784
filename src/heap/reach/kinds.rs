//! What is lost and what is not, in the words and by the rules of valgrind's memcheck.

use super::graph::{Graph, Pointer};

/// What a live block is to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing points to it: definitely lost. Of blocks that point to each other, the one at the lowest address.
    Definite,
    /// Only lost blocks lead to it: indirectly lost.
    Indirect,
    /// It is reached, but only by way of a pointer into the midst of a block: possibly lost.
    Possible,
    /// A chain of pointers to starts of blocks leads to it from a root: still reachable.
    Reachable,
}

/// The kind of every block.
pub fn kinds(graph: &Graph<'_>) -> Vec<Kind> {
    let mut marking = Marking {
        graph,
        kinds: vec![Kind::Definite; graph.live.len() as usize],
        pending: Vec::new(),
    };
    for root in 0..graph.root_count() {
        marking.follow(root, true);
    }
    marking.follow_pending();
    marking.tell_lost_apart();
    marking.kinds
}

struct Marking<'a> {
    graph: &'a Graph<'a>,
    kinds: Vec<Kind>,
    /// Blocks whose kind was raised since they were looked at.
    pending: Vec<u32>,
}

impl Marking<'_> {
    fn follow_pending(&mut self) {
        while let Some(block) = self.pending.pop() {
            let is_certain = self.kinds[block as usize] == Kind::Reachable;
            self.follow(self.graph.node(block), is_certain);
        }
    }

    fn follow(&mut self, node: u32, is_certain: bool) {
        for pointer in self.graph.pointers(node, 0) {
            let kind = &mut self.kinds[pointer.block as usize];
            if *kind == Kind::Reachable {
                continue;
            }
            let raised = match is_certain && is_as_good_as_start(self.graph, pointer) {
                true => Kind::Reachable,
                false => Kind::Possible,
            };
            if *kind < raised {
                *kind = raised;
                self.pending.push(pointer.block);
            }
        }
    }

    /// In the order of addresses, as memcheck does it: a lost block takes all that it leads to along, also what was taken for
    /// the first of a group before.
    fn tell_lost_apart(&mut self) {
        for first in 0..self.graph.live.len() {
            if self.kinds[first as usize] != Kind::Definite {
                continue;
            }
            self.pending.push(first);
            while let Some(block) = self.pending.pop() {
                for Pointer { block, .. } in self.graph.pointers(self.graph.node(block), 0) {
                    let kind = &mut self.kinds[block as usize];
                    if *kind == Kind::Definite && block != first {
                        *kind = Kind::Indirect;
                        self.pending.push(block);
                    }
                }
            }
        }
    }
}

/// Some pointers into the midst of a block are what programs hold in place of its start: those that memcheck knows by default,
/// for C++ most of all, and where the keys of one of Rust's hash tables end.
fn is_as_good_as_start(graph: &Graph<'_>, pointer: Pointer) -> bool {
    let kinds = [
        is_first_element,
        is_base_class,
        is_behind_length,
        is_shared_string,
        is_hash_table,
    ];
    pointer.is_start || kinds.iter().any(|is_it| is_it(graph, pointer))
}

/// `new T[n]` of a type with a destructor: the number of elements is the word before the first one.
fn is_first_element(graph: &Graph<'_>, pointer: Pointer) -> bool {
    /// The alignment of the largest type for which `new` does not ask for more.
    const MOST_ALIGNED: u64 = 16;
    let (start, end) = graph.live.range(pointer.block);
    let offset = pointer.value - start;
    if !offset.is_power_of_two() || !(graph.width..=MOST_ALIGNED).contains(&offset) {
        return false;
    }
    let elements = graph.word(pointer.value - graph.width).unwrap_or(0);
    elements > 0 && (end - pointer.value).is_multiple_of(elements)
}

/// Two words before a table of virtual functions stands how far its object begins from the start of the whole.
fn is_base_class(graph: &Graph<'_>, pointer: Pointer) -> bool {
    let (start, end) = graph.live.range(pointer.block);
    let width = graph.width;
    let is_inside = pointer.value.is_multiple_of(width) && pointer.value + width <= end;
    let offset_to_start = |object: u64| {
        let table = graph.word(object)?;
        let word = graph.word(table.checked_sub(2 * width)?)?;
        table.is_multiple_of(width).then_some(word)
    };
    let all_bits = u64::MAX >> (u64::BITS - 8 * width as u32);
    let back = (pointer.value - start).wrapping_neg() & all_bits;
    is_inside && offset_to_start(start) == Some(0) && offset_to_start(pointer.value) == Some(back)
}

/// Eight bytes before the rest of a block stands how long that is.
fn is_behind_length(graph: &Graph<'_>, pointer: Pointer) -> bool {
    const LENGTH: u64 = 8;
    let (start, end) = graph.live.range(pointer.block);
    let wide = Graph {
        width: LENGTH,
        ..*graph
    };
    let rest = end.saturating_sub(pointer.value);
    pointer.value == start + LENGTH && rest > 0 && wide.word(start) == Some(rest)
}

/// A string that is shared until it is written to: its length, its room and how many share it come before the letters.
fn is_shared_string(graph: &Graph<'_>, pointer: Pointer) -> bool {
    let (start, end) = graph.live.range(pointer.block);
    let (length, room) = (graph.word(start), graph.word(start + graph.width));
    let letters = end.saturating_sub(pointer.value).checked_sub(1);
    pointer.value == start + 3 * graph.width && room.is_some() && length <= room && letters == room
}

/// Rust's hash tables (the crate hashbrown) are known by where their keys and values end and their control bytes begin: one for
/// each of a power of two of places, and one group of them more. The table has the number of its places, less one, beside
/// that pointer.
fn is_hash_table(graph: &Graph<'_>, pointer: Pointer) -> bool {
    /// Control bytes that are looked at together.
    const GROUPS: [u64; 3] = [4, 8, 16];
    /// Words of a table besides the pointer.
    const OTHERS: u64 = 3;
    let (Some(at), (_, end)) = (pointer.at, graph.live.range(pointer.block)) else {
        return false;
    };
    let first = at.saturating_sub(OTHERS * graph.width);
    let beside = |mask: u64| {
        let words = (0..=2 * OTHERS).map(|word| first + word * graph.width);
        words.into_iter().any(|word| graph.word(word) == Some(mask))
    };
    GROUPS.iter().any(|group| {
        let places = (end - pointer.value).saturating_sub(*group);
        places.is_power_of_two() && places > 1 && beside(places - 1)
    })
}
