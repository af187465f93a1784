//! What the sections say, read once.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::types::{CoreTypeId, TypesRef};
use wasmparser::{
    CompositeInnerType, CustomSectionReader, ExternalKind, FuncType, Import, MemoryType, Parser,
    Payload, Result, SubType, TypeRef, Validator, WasmFeatures,
};

use super::global::Global;
use super::memory_layout::Segment;
use super::names::Names;

/// Something that the host can reach by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: ExternalKind,
    /// Its index among things of that kind.
    pub index: u32,
}

impl Export {
    pub(super) fn is_global(&self) -> bool {
        self.kind == ExternalKind::Global
    }

    /// Whether it can be called.
    pub fn is_function(&self) -> bool {
        self.kind == ExternalKind::Func
    }
}

/// A function that the module asks its host for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFunction {
    /// The module that it is asked of.
    pub module: String,
    /// Its name there.
    pub name: String,
}

/// The sections of a valid module, in the form in which they are asked for.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// By type index; `None` for types that are not of functions.
    pub(super) types: Vec<Option<FuncType>>,
    /// By type index: a number that equal types share, whatever their indices.
    pub(super) type_classes: Vec<u32>,
    /// By class: the class of the declared supertype.
    pub(super) supertypes: Vec<Option<u32>>,
    /// The type index of every function, imported ones first.
    pub(super) functions: Vec<u32>,
    /// In the order of their indices.
    pub(super) imports: Vec<ImportedFunction>,
    /// The bodies of defined functions.
    pub(super) bodies: Vec<Range<usize>>,
    /// Imported ones first.
    pub(super) memories: Vec<MemoryType>,
    pub(super) has_tags: bool,
    /// Imported ones first.
    pub(super) globals: Vec<Global>,
    /// The data segments whose place in the first memory is known, in the order of the file, with their indices.
    pub(super) segments: Vec<(u32, Segment)>,
    /// Whether the first global may point to a stack in the first memory: it is an `i32` that changes.
    pub(super) has_stack_pointer: bool,
    pub(super) exports: Vec<Export>,
    /// The payload of the code section, to which DWARF's addresses are relative.
    pub(super) code: Range<usize>,
    pub(super) names: Names,
    /// Name and data of every custom section.
    pub(super) custom: Vec<(String, Range<usize>)>,
}

impl Contents {
    /// Validates the module and reads it.
    pub(super) fn read(bytes: &[u8]) -> Result<Contents> {
        let types = Validator::new_with_features(features()).validate_all(bytes)?;
        let mut contents = Contents::default();
        for payload in Parser::new(0).parse_all(bytes) {
            contents.take(payload?)?;
        }
        contents.has_stack_pointer = !contents.memories.is_empty()
            && contents.globals.first().is_some_and(Global::is_mutable_i32);
        contents.classify(types.as_ref());
        Ok(contents)
    }

    fn take(&mut self, payload: Payload<'_>) -> Result<()> {
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader {
                    self.types.extend(group?.into_types().map(function_type));
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.take_import(&import?);
                }
            }
            Payload::FunctionSection(reader) => {
                self.functions
                    .extend(reader.into_iter().collect::<Result<Vec<u32>>>()?);
            }
            Payload::MemorySection(reader) => {
                self.memories
                    .extend(reader.into_iter().collect::<Result<Vec<_>>>()?);
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    self.globals.push(Global::defined(&global?));
                }
            }
            Payload::DataSection(reader) => {
                for (index, data) in (0..).zip(reader) {
                    let segment = Segment::of(&data?);
                    self.segments
                        .extend(segment.map(|segment| (index, segment)));
                }
            }
            Payload::TagSection(reader) => self.has_tags |= reader.count() > 0,
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    self.exports.push(Export {
                        name: export.name.to_owned(),
                        kind: export.kind,
                        index: export.index,
                    });
                }
            }
            Payload::CodeSectionStart { range, .. } => self.code = range,
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::CustomSection(section) => self.take_custom(&section),
            _ => {}
        }
        Ok(())
    }

    fn take_import(&mut self, import: &Import<'_>) {
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(ty);
                self.imports.push(ImportedFunction {
                    module: import.module.to_owned(),
                    name: import.name.to_owned(),
                });
            }
            TypeRef::Memory(memory) => self.memories.push(memory),
            TypeRef::Tag(_) => self.has_tags = true,
            TypeRef::Global(ty) => self.globals.push(Global::imported(ty, import.name)),
            TypeRef::Table(_) => {}
        }
    }

    fn take_custom(&mut self, section: &CustomSectionReader<'_>) {
        if section.name() == "name" {
            // Custom sections may stand anywhere, but toolchains put this one behind the code; elsewhere it is not read.
            self.names = Names::read(section.data_reader(), self.functions.len());
        }
        let start = section.data_offset();
        self.custom.push((
            section.name().to_owned(),
            start..start + section.data().len(),
        ));
    }

    /// The validator has made equal types one, recursive groups included: its identities become dense numbers.
    fn classify(&mut self, types: TypesRef<'_>) {
        let mut classes: BTreeMap<CoreTypeId, u32> = BTreeMap::new();
        for index in 0..types.core_type_count_in_module() {
            let id = types.core_type_at_in_module(index);
            let next = classes.len() as u32;
            self.type_classes.push(*classes.entry(id).or_insert(next));
        }
        self.supertypes = vec![None; classes.len()];
        for (&id, &class) in &classes {
            let supertype = types.supertype_of(id).and_then(|id| classes.get(&id));
            self.supertypes[class as usize] = supertype.copied();
        }
    }
}

/// All that is standardised or on its way, since the engine has the last word on what it runs.
/// Legacy exceptions are left out, because no engine that memgate can drive takes them.
fn features() -> WasmFeatures {
    WasmFeatures::all().difference(WasmFeatures::LEGACY_EXCEPTIONS)
}

fn function_type(ty: SubType) -> Option<FuncType> {
    match ty.composite_type.inner {
        CompositeInnerType::Func(ty) => Some(ty),
        _ => None,
    }
}
