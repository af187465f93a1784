//! Where static data, the guest's stack and the heap lie in memory.
//!
//! LLVM's linker puts static data, then the stack, then the heap; or, told to (`--stack-first`, as Rust and newer releases do
//! by themselves), the stack, then static data, then the heap. What it says of that it says in a few symbols, most of which
//! most modules have lost. The top of the stack is what the stack pointer begins with, and so is always known.

use std::ops::Range;

use wasmparser::{Data, DataKind};

use super::global::{constant, linker_constant};
use super::{Module, Statics, printable, stack_pointer};

/// What a linker reserves when nobody says otherwise.
const DEFAULT_STACK: u64 = 64 << 10;

const PAGE: u64 = 64 << 10;

/// What the first memory is used for. Addresses are bytes, from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryLayout {
    /// The data segments whose place is a constant, by address.
    pub segments: Vec<Segment>,
    /// Static data, zero-initialised data among it: all below the heap but for the stack. By address.
    pub data: Vec<Range<u64>>,
    /// The stack, where there is one and its top is known. It grows down, so what is live of it begins at the stack pointer.
    ///
    /// Where it lies behind static data and nothing tells its size, it is taken to be as large as a linker makes it by default,
    /// or as small as known static data leaves it.
    pub stack: Option<Range<u64>>,
    /// The global that points to the stack, imported globals counted.
    pub stack_pointer: Option<u32>,
    /// Where the heap begins.
    pub heap_start: u64,
    /// Whether the heap begins right there. If not, static data goes as far at least, and may go on behind it.
    pub is_heap_start_exact: bool,
}

/// Bytes that memory begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The linker's name for it, `.rodata` or `.data`, where the name section has it.
    pub name: Option<String>,
    /// Where it lies.
    pub range: Range<u64>,
}

impl Segment {
    /// Whether the linker put nothing there that the program writes to.
    pub fn is_read_only(&self) -> bool {
        let name = self.name.as_deref();
        name.is_some_and(|name| name == ".rodata" || name.starts_with(".rodata."))
    }

    /// `None` for one that code puts into place, or that goes elsewhere.
    pub(super) fn of(data: &Data<'_>) -> Option<Segment> {
        let DataKind::Active {
            memory_index: 0,
            offset_expr,
        } = &data.kind
        else {
            return None;
        };
        let start = constant(offset_expr)?;
        let end = start.checked_add(data.data.len() as u64)?;
        Some(Segment {
            name: None,
            range: start..end,
        })
    }
}

impl MemoryLayout {
    pub(super) fn of(module: &Module, statics: &Statics<'_>) -> MemoryLayout {
        let mut layout = MemoryLayout {
            segments: segments(module),
            stack_pointer: stack_pointer::find(module),
            ..MemoryLayout::default()
        };
        let known = layout.known_data(statics);
        let top = layout.stack_top(module);
        layout.stack = top.map(|top| stack(module, top, &known));
        layout.set_heap_start(module, &known);
        layout.set_data();
        layout
    }

    /// Everything that is known to be static data.
    fn known_data(&self, statics: &Statics<'_>) -> Vec<Range<u64>> {
        let segments = self.segments.iter().map(|segment| segment.range.clone());
        let segments = segments.filter(|range| !range.is_empty());
        let variables = statics.all().iter().map(|known| known.range());
        segments.chain(variables).collect()
    }

    fn stack_top(&self, module: &Module) -> Option<u64> {
        let global = module.contents.globals.get(self.stack_pointer? as usize)?;
        global
            .initial
            .filter(|&top| 0 < top && top <= initial_size(module))
    }

    fn set_heap_start(&mut self, module: &Module, known: &[Range<u64>]) {
        let size = initial_size(module);
        let data_end = linker_constant(module, "__data_end").filter(|&end| end <= size);
        let known_end = known.iter().map(|range| range.end).max().unwrap_or(0);
        let known_end = known_end.max(data_end.unwrap_or(0));
        let stack_end = self.stack.as_ref().map_or(0, |stack| stack.end);
        let known_start = known_end.max(stack_end);
        let told = linker_constant(module, "__heap_base");
        let told = told.filter(|base| (known_start.max(1)..=size).contains(base));
        // Behind a stack that lies behind static data comes the heap, and nothing else.
        let is_stack_last = stack_end > known_end && known_end > 0;
        self.heap_start = told.unwrap_or(known_start);
        self.is_heap_start_exact = told.is_some() || is_stack_last;
    }

    fn set_data(&mut self) {
        let all = 0..self.heap_start;
        let stack = self.stack.clone().unwrap_or(0..0);
        let below = all.start..stack.start.min(all.end);
        let above = stack.end.min(all.end)..all.end;
        self.data = [below, above].into();
        self.data.retain(|range| !range.is_empty());
    }
}

fn segments(module: &Module) -> Vec<Segment> {
    let name = |index| {
        let name = module.contents.names.segment(index)?;
        Some(printable(name).into_owned())
    };
    let named = |(index, segment): &(u32, Segment)| Segment {
        name: name(*index),
        range: segment.range.clone(),
    };
    let mut segments: Vec<Segment> = module.contents.segments.iter().map(named).collect();
    segments.sort_by_key(|segment| (segment.range.start, segment.range.end));
    segments
}

/// The stack below that top.
fn stack(module: &Module, top: u64, known: &[Range<u64>]) -> Range<u64> {
    if let Some(low) = linker_constant(module, "__stack_low").filter(|&low| low <= top) {
        return low..top;
    }
    let below = known.iter().filter(|range| range.start < top);
    let data_end = linker_constant(module, "__data_end").filter(|&end| end <= top);
    let data_end = below.map(|range| range.end).chain(data_end).max();
    match data_end {
        // It comes first, and goes down to where memory begins.
        None if !known.is_empty() => 0..top,
        None => top.saturating_sub(DEFAULT_STACK)..top,
        Some(data_end) => {
            let assumed = top.saturating_sub(DEFAULT_STACK);
            assumed.max(data_end).min(top)..top
        }
    }
}

/// Bytes of the first memory when the module is instantiated.
pub(super) fn initial_size(module: &Module) -> u64 {
    let memory = module.memories().first();
    memory.map_or(0, |memory| {
        let page = memory.page_size_log2.map_or(PAGE, |log2| 1 << log2);
        memory.initial.saturating_mul(page)
    })
}
