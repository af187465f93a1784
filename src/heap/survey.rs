//! Looking at the whole heap in a quiet moment: what is lost, what is held, and by what.

use std::collections::BTreeMap;
use std::ops::Range;

use super::blocks::Blocks;
use super::cohorts::Cohorts;
use super::reach::{self, Graph, Hop, Kind, Live, LiveBlock, Words};
use super::recording::Count;
use crate::instrument::Width;
use crate::run::{MarkKind, View};

/// Where a module keeps what is alive by itself, besides its globals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots {
    /// Ranges of static data in linear memory, in ascending order and apart from each other.
    pub data: Vec<Range<u64>>,
    /// Whether nothing is static data but that. Where it is not, what lies between its end and the lowest block counts as well.
    pub is_exact: bool,
    /// Parts of static data that are no roots: what is only read, and what an allocator knows of its own blocks.
    pub ignored: Vec<Range<u64>>,
    /// Parts of static data that hold no addresses by their type. What they seem to hold counts as held, but it is told.
    pub addressless: Vec<Range<u64>>,
    /// The stack in linear memory, where there is one.
    pub stack: Option<Stack>,
    /// Functions that run before the program does, and make what it is started with.
    pub start_up: Vec<u32>,
}

/// A stack in linear memory that grows down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The global that points to its top.
    pub pointer: u32,
    /// Where it begins, which is the end of its memory.
    pub start: u64,
}

/// Something that is alive by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// A range of static data, by its number in [`Roots::data`].
    Data(usize),
    /// What lies between the static data that is known and the lowest block.
    Unnamed,
    /// A global, by its index in the module.
    Global(u32),
    /// A result that a step has kept, by its name.
    Kept(String),
    /// The part of the stack in linear memory that is in use.
    Stack,
    /// What the program was started with.
    StartUp,
}

/// Live blocks by what they are to the program, as memcheck has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Nothing points to them.
    pub definite: Count,
    /// Only lost blocks lead to them.
    pub indirect: Count,
    /// They are reached by a pointer into the midst of a block only.
    pub possible: Count,
    /// Pointers to the starts of blocks lead to them.
    pub reachable: Count,
}

/// What became of a site's blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteSurvey {
    /// Its live blocks.
    pub losses: Losses,
    /// What would go with those that are reached, they included.
    pub retained: Count,
    /// How most of those that are reached are, by bytes.
    pub held: Option<Held>,
}

/// A shortest way from a root to blocks of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where it begins.
    pub by: Root,
    /// Where in linear memory the first pointer on the way lies, if the root is there.
    pub at: Option<u64>,
    /// The sites of the blocks on the way, the last one being that of the blocks that are held.
    pub through: Vec<u32>,
    /// How it came to the first block of each.
    pub hops: Vec<Hop>,
    /// How many sites are left out behind the first [`ENDS`](super::ENDS), since the way is long.
    pub left_out: usize,
    /// The blocks of the last site to which it leads.
    pub blocks: Count,
}

/// The heap at a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Which mark this is.
    pub mark: MarkKind,
    /// All live blocks.
    pub losses: Losses,
    /// The sites that have live blocks, by number.
    pub sites: BTreeMap<u32, SiteSurvey>,
    /// What each root holds alone, those left out that hold nothing alone.
    pub retained: BTreeMap<Root, Count>,
    /// What is reached by way of words only that hold no pointers by their type.
    pub look_alikes: Count,
}

impl Losses {
    /// Definitely or indirectly lost.
    pub fn leaked(&self) -> Count {
        Count {
            bytes: self.definite.bytes.saturating_add(self.indirect.bytes),
            blocks: self.definite.blocks + self.indirect.blocks,
        }
    }

    fn of(&mut self, kind: Kind) -> &mut Count {
        match kind {
            Kind::Definite => &mut self.definite,
            Kind::Indirect => &mut self.indirect,
            Kind::Possible => &mut self.possible,
            Kind::Reachable => &mut self.reachable,
        }
    }
}

/// The live blocks, for the analysis.
pub(super) fn live(blocks: &Blocks, cohorts: &Cohorts) -> Live {
    let live = blocks.iter().map(|block| LiveBlock {
        address: block.address,
        size: block.size,
        site: cohorts.get(block.cohort).site,
    });
    Live::new(live, blocks.aliases())
}

/// What was seen of the heap up to here, besides its live blocks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen<'a> {
    /// The lowest address at which a block ever was.
    pub(super) lowest: Option<u64>,
    /// The highest address at which a block ever ended.
    pub(super) highest_end: u64,
    /// The sites of what the program was started with.
    pub(super) start_up: &'a [u32],
}

pub(super) fn survey(
    mark: MarkKind,
    live: &Live,
    seen: Seen<'_>,
    roots: &Roots,
    view: &View<'_>,
) -> Survey {
    let heap = heaps_in_data(roots, live, seen);
    let ignored = union(&[&roots.ignored, &heap]);
    let (names, words): (Vec<Root>, Vec<Words>) =
        found(roots, live, seen, view).into_iter().unzip();
    let graph = Graph {
        live,
        memory: view.memory,
        width: match view.width {
            Width::Narrow => 4,
            Width::Wide => 8,
        },
        roots: &words,
        barred: &ignored,
    };
    let kinds = reach::kinds(&graph);
    let mut survey = Survey {
        mark,
        losses: Losses::default(),
        sites: BTreeMap::new(),
        retained: BTreeMap::new(),
        look_alikes: look_alikes(&graph, &ignored, roots, &kinds),
    };
    for (block, kind) in (0..).zip(&kinds) {
        let (site, size) = (live.site(block), live.requested(block));
        survey.losses.of(*kind).add(size);
        let site = survey.sites.entry(site).or_default();
        site.losses.of(*kind).add(size);
    }
    survey.tell_holders(&graph, &names);
    survey
}

impl Survey {
    fn tell_holders(&mut self, graph: &Graph<'_>, names: &[Root]) {
        for (site, path) in reach::paths(graph) {
            self.sites.entry(site).or_default().held = Some(Held {
                by: names[path.root as usize].clone(),
                at: path.at,
                through: path.sites,
                hops: path.hops,
                left_out: path.left_out,
                blocks: path.blocks,
            });
        }
        let retained = reach::retained(graph);
        for (site, count) in retained.sites {
            self.sites.entry(site).or_default().retained = count;
        }
        for (root, held) in names.iter().zip(retained.roots) {
            if held.blocks > 0 {
                // A root may be of several words.
                let sum = self.retained.entry(root.clone()).or_default();
                sum.bytes = sum.bytes.saturating_add(held.bytes);
                sum.blocks += held.blocks;
            }
        }
    }
}

/// The roots, those first that say most: where two lead to a block equally fast, it is the first one that is told.
fn found(roots: &Roots, live: &Live, seen: Seen<'_>, view: &View<'_>) -> Vec<(Root, Words)> {
    let words = |root: Root, value| {
        let words = words_of(value, view.width).into_iter();
        words.map(move |word| (root.clone(), Words::Value(word)))
    };
    let kept = view.kept.iter();
    let kept = kept.flat_map(|(name, value)| words(Root::Kept(name.clone()), *value));
    let is_pointer = |global| roots.stack.is_some_and(|stack| stack.pointer == global);
    let globals = view.globals.iter();
    let globals = globals
        .filter(|(global, _)| !is_pointer(*global))
        .flat_map(|(global, value)| words(Root::Global(*global), *value));
    let data = roots.data.iter().cloned().enumerate();
    let data = data.map(|(number, range)| (Root::Data(number), Words::Memory(range)));
    let unnamed = unnamed(roots, live, seen);
    let unnamed = unnamed.map(|range| (Root::Unnamed, Words::Memory(range)));
    let top = view.globals.iter().find(|(global, _)| is_pointer(*global));
    let stack = top.zip(roots.stack);
    // The pointer is the guest's to set.
    let stack = stack.filter(|((_, top), stack)| *top <= stack.start);
    let stack = stack.map(|((_, top), stack)| (Root::Stack, Words::Memory(*top..stack.start)));
    let start_up = (0..live.len()).filter(|block| seen.start_up.contains(&live.site(*block)));
    let start_up = start_up.map(|block| (Root::StartUp, Words::Value(live.start(block))));
    let found = kept.chain(globals).chain(data);
    found.chain(unnamed).chain(stack).chain(start_up).collect()
}

/// The addresses that a value may hold: of 64 bits where they have 32, two, since an address and a length travel so.
fn words_of(value: u64, width: Width) -> Vec<u64> {
    match width {
        Width::Narrow if value > u32::MAX.into() => vec![value & u64::from(u32::MAX), value >> 32],
        _ => vec![value],
    }
}

/// Where blocks lie in static data: an array that an allocator hands out. What is free between them is no root.
fn heaps_in_data(roots: &Roots, live: &Live, seen: Seen<'_>) -> Vec<Range<u64>> {
    let heap = |range: &Range<u64>| {
        let behind = live.first_from(range.end);
        let first = live.first_from(range.start);
        let last = behind.checked_sub(1).filter(|last| *last >= first)?;
        let lowest = seen.lowest.filter(|lowest| range.contains(lowest));
        let start = lowest.unwrap_or(u64::MAX).min(live.start(first));
        let highest = Some(seen.highest_end).filter(|end| (range.start..=range.end).contains(end));
        Some(start..highest.unwrap_or(0).max(live.range(last).1))
    };
    roots.data.iter().filter_map(heap).collect()
}

/// What may be static data, too: all below the first block that ever was.
fn unnamed(roots: &Roots, live: &Live, seen: Seen<'_>) -> Option<Range<u64>> {
    let known = roots.data.iter().map(|range| range.end);
    let stack = roots.stack.map(|stack| stack.start);
    let known = known.chain(stack).max().unwrap_or(0);
    let lowest = live.lowest()?.min(seen.lowest.unwrap_or(u64::MAX));
    let lowest = Some(lowest).filter(|lowest| *lowest > known)?;
    (!roots.is_exact).then_some(known..lowest)
}

/// Looks once more, without the words that hold no pointers by their type.
fn look_alikes(graph: &Graph<'_>, ignored: &[Range<u64>], roots: &Roots, kinds: &[Kind]) -> Count {
    let mut hidden = Count::default();
    if roots.addressless.is_empty() {
        return hidden;
    }
    let barred = union(&[ignored, &roots.addressless]);
    let strict = Graph {
        barred: &barred,
        ..*graph
    };
    let is_lost = |kind: &Kind| matches!(kind, Kind::Definite | Kind::Indirect);
    for (block, (kind, strictly)) in (0..).zip(kinds.iter().zip(reach::kinds(&strict))) {
        if !is_lost(kind) && is_lost(&strictly) {
            hidden.add(graph.live.requested(block));
        }
    }
    hidden
}

/// All that is in one of the ranges, in ascending order and apart from each other.
fn union(ranges: &[&[Range<u64>]]) -> Vec<Range<u64>> {
    let mut all = ranges.concat();
    all.sort_by_key(|range| range.start);
    let mut union: Vec<Range<u64>> = Vec::new();
    for range in all {
        match union.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => union.push(range),
        }
    }
    union
}

#[cfg(test)]
mod tests;
