//! The name section.

use std::collections::BTreeMap;

use wasmparser::{BinaryReader, Name, NameMap, NameSectionReader};

/// The symbols of functions, and what globals and data segments are called.
#[derive(Debug, Default)]
pub(super) struct Names {
    functions: Vec<Option<Box<str>>>,
    globals: BTreeMap<u32, Box<str>>,
    segments: BTreeMap<u32, Box<str>>,
}

impl Names {
    /// Reads what can be read: a custom section makes no module invalid, so that a broken one ends the reading, no more.
    pub(super) fn read(reader: BinaryReader<'_>, function_count: usize) -> Names {
        let mut names = Names {
            functions: vec![None; function_count],
            ..Names::default()
        };
        for part in NameSectionReader::new(reader).map_while(Result::ok) {
            match part {
                Name::Function(map) => names.take_functions(map),
                Name::Global(map) => names.globals.extend(entries(map)),
                Name::Data(map) => names.segments.extend(entries(map)),
                _ => {}
            }
        }
        names
    }

    fn take_functions(&mut self, map: NameMap<'_>) {
        for (index, name) in entries(map) {
            if let Some(slot) = self.functions.get_mut(index as usize) {
                *slot = Some(name);
            }
        }
    }

    pub(super) fn function(&self, function: u32) -> Option<&str> {
        self.functions.get(function as usize)?.as_deref()
    }

    pub(super) fn global(&self, global: u32) -> Option<&str> {
        self.globals.get(&global).map(|name| &**name)
    }

    /// Of a data segment: linkers name it for the section that it was, `.rodata` or `.data`.
    pub(super) fn segment(&self, segment: u32) -> Option<&str> {
        self.segments.get(&segment).map(|name| &**name)
    }

    /// How many functions have a name.
    pub(super) fn count(&self) -> usize {
        self.functions.iter().flatten().count()
    }
}

fn entries(map: NameMap<'_>) -> impl Iterator<Item = (u32, Box<str>)> {
    let namings = map.into_iter().map_while(Result::ok);
    let named = namings.filter(|naming| !naming.name.is_empty());
    named.map(|naming| (naming.index, naming.name.into()))
}
