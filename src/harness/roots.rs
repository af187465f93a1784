//! What is alive by itself in a module, and what it is called.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::heap::{Root, Roots, Stack};
use crate::module::{MemoryLayout, Module, Static, Statics, Word};
use crate::report::RootReport;

/// Where the roots of a module are, and what they are called.
pub(super) struct KnownRoots {
    /// None where it is not known what is live, so that nothing can be said of what is lost.
    pub(super) roots: Option<Roots>,
    /// What each range of static data is called.
    data: Vec<Datum>,
    globals: BTreeMap<u32, String>,
}

/// What is known of a range of static data.
enum Datum {
    /// A variable.
    Named(RootReport),
    /// What no variable is known in.
    Part {
        /// The name of the segment.
        segment: Option<String>,
        start: u64,
    },
}

impl KnownRoots {
    /// Reads what the module says of its memory.
    pub(super) fn of(module: &Module) -> KnownRoots {
        let mut known = KnownRoots {
            roots: None,
            data: Vec::new(),
            globals: BTreeMap::new(),
        };
        if module.frees_unseen() || module.memories().is_empty() {
            return known;
        }
        let statics = module.statics();
        let layout = module.memory_layout(&statics);
        let mut roots = Roots {
            is_exact: layout.is_heap_start_exact,
            stack: stack(&layout),
            start_up: module.start_up(),
            ..Roots::default()
        };
        for range in &layout.data {
            known.add_range(range, &statics, &layout, &mut roots);
        }
        roots.ignored = ignored(module, &statics, &layout);
        roots.addressless = addressless(&statics, if module.is_memory64() { 8 } else { 4 });
        known.roots = Some(roots);
        let globals = module.root_globals().into_iter();
        known.globals = globals
            .filter_map(|global| Some((global.index, global.name?)))
            .collect();
        known
    }

    /// What a root is called, of whose words one at that address is meant.
    pub(super) fn name(&self, root: &Root, at: Option<u64>) -> RootReport {
        let unplaced = |name: String| RootReport {
            name,
            file: None,
            line: None,
        };
        match root {
            Root::Data(number) => match &self.data[*number] {
                Datum::Named(name) => name.clone(),
                Datum::Part { segment, start } => {
                    let address = at.unwrap_or(*start);
                    let segment = segment.as_deref().unwrap_or("static data");
                    unplaced(format!("a word at {address:#x} in {segment}"))
                }
            },
            Root::Unnamed => unplaced(match at {
                Some(address) => format!("a word at {address:#x} below the heap"),
                None => "what lies below the heap".to_owned(),
            }),
            Root::Global(index) => unplaced(match self.globals.get(index) {
                Some(name) => format!("the global ${name}"),
                None => format!("the global with index {index}"),
            }),
            Root::Kept(name) => unplaced(format!("${name}, which a step has kept")),
            Root::Stack => unplaced("the stack".to_owned()),
            Root::StartUp => unplaced("what the program was started with".to_owned()),
        }
    }

    /// The statics of a range, and what lies between them.
    fn add_range(
        &mut self,
        range: &Range<u64>,
        statics: &Statics<'_>,
        layout: &MemoryLayout,
        roots: &mut Roots,
    ) {
        let mut position = range.start;
        let inside = statics
            .all()
            .iter()
            .filter(|known| known.range().start >= range.start && known.range().end <= range.end);
        for known in inside {
            self.add_gap(position..known.address, layout, roots);
            roots.data.push(known.range());
            self.data.push(Datum::Named(named(known)));
            position = known.range().end;
        }
        self.add_gap(position..range.end, layout, roots);
    }

    /// Data without a name, apart by the segments that it is in.
    fn add_gap(&mut self, gap: Range<u64>, layout: &MemoryLayout, roots: &mut Roots) {
        let segments = layout.segments.iter();
        let edges = segments.flat_map(|segment| [segment.range.start, segment.range.end]);
        let mut edges: Vec<u64> = edges.filter(|edge| gap.contains(edge)).collect();
        edges.extend([gap.start, gap.end]);
        edges.sort_unstable();
        edges.dedup();
        for edge in edges.windows(2) {
            let segment = layout
                .segments
                .iter()
                .find(|it| it.range.contains(&edge[0]));
            let segment = segment.and_then(|segment| segment.name.as_deref());
            roots.data.push(edge[0]..edge[1]);
            self.data.push(Datum::Part {
                segment: segment.map(str::to_owned),
                start: edge[0],
            });
        }
    }
}

fn named(known: &Static) -> RootReport {
    RootReport {
        name: format!("the static {}", known.name),
        file: known.file.clone(),
        line: known.line,
    }
}

fn stack(layout: &MemoryLayout) -> Option<Stack> {
    Some(Stack {
        pointer: layout.stack_pointer?,
        start: layout.stack.as_ref()?.end,
    })
}

/// What the program only reads, and what allocators know of their own blocks, which is the same whether or not somebody else
/// knows of them.
fn ignored(module: &Module, statics: &Statics<'_>, layout: &MemoryLayout) -> Vec<Range<u64>> {
    let read_only = layout.segments.iter().filter(|it| it.is_read_only());
    let mut ignored: Vec<Range<u64>> = read_only.map(|segment| segment.range.clone()).collect();
    if let (Some(first), Some(last)) = (layout.data.first(), layout.data.last()) {
        ignored.extend(module.allocator_data(first.start..last.end));
    }
    ignored.extend(
        statics
            .all()
            .iter()
            .filter(|known| is_allocators(known))
            .map(Static::range),
    );
    ignored
}

/// Whether it is what dlmalloc, the allocator of most C libraries, has to itself.
fn is_allocators(known: &Static) -> bool {
    ["_gm_", "mparams"].contains(&known.name.as_str())
}

/// The words of statics that hold no address of the heap by their type, those of each in one range as far as they follow each
/// other.
fn addressless(statics: &Statics<'_>, width: u64) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for known in statics.all() {
        let Range { start, end } = known.range();
        let mut word = start.next_multiple_of(width);
        while word + width <= end {
            if statics.word(word) == Word::Data {
                match ranges.last_mut() {
                    Some(last) if last.end == word => last.end += width,
                    _ => ranges.push(word..word + width),
                }
            }
            word += width;
        }
    }
    ranges
}
