//! The name section.

use wasmparser::{BinaryReader, Name, NameMap, NameSectionReader};

/// The functions' symbols.
#[derive(Debug, Default)]
pub(super) struct Names {
    functions: Vec<Option<Box<str>>>,
}

impl Names {
    /// Reads what can be read: a custom section makes no module invalid, so that a broken one ends the reading, no more.
    pub(super) fn read(reader: BinaryReader<'_>, function_count: usize) -> Names {
        let mut functions = vec![None; function_count];
        let maps = NameSectionReader::new(reader)
            .map_while(Result::ok)
            .filter_map(function_map);
        for naming in maps.flat_map(|map| map.into_iter().map_while(Result::ok)) {
            match functions.get_mut(naming.index as usize) {
                Some(slot) if !naming.name.is_empty() => *slot = Some(naming.name.into()),
                _ => {}
            }
        }
        Names { functions }
    }

    pub(super) fn function(&self, function: u32) -> Option<&str> {
        self.functions.get(function as usize)?.as_deref()
    }

    /// How many functions have a name.
    pub(super) fn count(&self) -> usize {
        self.functions.iter().flatten().count()
    }
}

fn function_map(name: Name<'_>) -> Option<NameMap<'_>> {
    match name {
        Name::Function(map) => Some(map),
        _ => None,
    }
}
