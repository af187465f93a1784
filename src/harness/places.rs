//! Stacks with names: symbols come offline, once a site, from the module as it ships.

use super::numbered;
use crate::heap::Recording;
use crate::module::{CodeFrame, Frame, Module, Symbols};
use crate::report::{Place, own_frames, short_name};

/// The stack of every site.
pub(super) fn of_sites(symbols: &Symbols<'_>, recording: &Recording) -> Vec<Vec<Place>> {
    recording
        .sites
        .iter()
        .map(|site| match &site.name {
            Some(name) => vec![numbered::place(name)],
            None => of_code(symbols, &site.stack),
        })
        .collect()
}

/// The functions of every site as snapshots name them, for patterns to match.
pub(super) fn functions(stacks: &[Vec<Place>]) -> Vec<Vec<String>> {
    let of_stack = |stack: &Vec<Place>| {
        let frames = own_frames(stack).into_iter();
        frames.map(|place| short_name(&place.function)).collect()
    };
    stacks.iter().map(of_stack).collect()
}

/// The stack at which an allocator was called.
pub(super) fn of_code(symbols: &Symbols<'_>, stack: &[CodeFrame]) -> Vec<Place> {
    let frames = stack.iter().flat_map(|frame| symbols.frames(*frame));
    without_allocator(&frames.collect::<Vec<_>>())
}

/// A stack at which a guest was stopped; inside an allocator, too.
pub(super) fn of_stack(module: &Module, stack: &[CodeFrame]) -> Vec<Place> {
    let symbols = module.symbols();
    stack
        .iter()
        .flat_map(|frame| symbols.frames(*frame))
        .map(|frame| place(&frame))
        .collect()
}

/// The thin layers before the allocator say nothing about where a block comes from.
fn without_allocator(stack: &[Frame]) -> Vec<Place> {
    let callers: Vec<Place> = stack
        .iter()
        .skip_while(|frame| frame.is_allocator_internal())
        .map(place)
        .collect();
    if callers.is_empty() {
        stack.iter().map(place).collect()
    } else {
        callers
    }
}

fn place(frame: &Frame) -> Place {
    Place {
        function: frame.function.clone(),
        file: frame.file.clone(),
        line: frame.line,
        inlined: frame.inlined,
        library: frame.is_library(),
    }
}
