//! Putting the instrumented module together: every section as it was, with what the books need appended.

use std::borrow::Cow;
use std::ops::Range;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    ConstExpr, ElementSection, Encode, EntityType, ExportKind, ExportSection, Function,
    GlobalSection, GlobalType, MemoryType, RawSection, SectionId, TableSection, ValType,
};
use wasmparser::{BinaryReader, Parser, Payload};

use super::body::{self, Kind};
use super::books::Books;
use super::border::Border;
use super::code_metadata::{self, Moved};
use super::counting::Counting;
use super::indices::{Added, Helper, Indices, Register};
use super::layout::Layout;
use super::offsets::Offsets;
use super::plan::Plan;
use super::{EXPORT_BORDER, EXPORT_CONTEXT, EXPORT_CURSOR};
use super::{EXPORT_INSIDE, EXPORT_LOG, EXPORT_MEMORY, export_of_global};
use super::{IMPORT_FIRST_SIGHT, IMPORT_FLUSH};
use super::{IMPORT_FOLD, IMPORT_MODULE, names};

/// The sections that the books need, in the order in which a module has them.
const NEEDED: [SectionId; 7] = [
    SectionId::Type,
    SectionId::Import,
    SectionId::Function,
    SectionId::Memory,
    SectionId::Global,
    SectionId::Export,
    SectionId::Code,
];

/// The finished module.
pub(crate) struct Rewritten {
    pub(crate) wasm: Vec<u8>,
    pub(crate) layout: Layout,
    pub(crate) offsets: Offsets,
}

pub(crate) fn rewrite(plan: &Plan<'_>) -> Result<Rewritten, reencode::Error> {
    let layout = Layout::new(
        plan.width,
        plan.recursion().len() as u32,
        plan.allocator_calls(),
    );
    let bodies = Bodies::rewrite(plan, &layout)?;
    let mut rewrite = Rewrite::new(plan, &layout, bodies);
    let mut parser = Parser::new(0);
    parser.set_features(wasmparser::WasmFeatures::all());
    for payload in parser.parse_all(plan.module.bytes()) {
        rewrite.payload(&payload?)?;
    }
    rewrite.add_needed_before(u8::MAX);
    Ok(Rewritten {
        wasm: rewrite.wasm,
        offsets: rewrite.bodies.offsets,
        layout,
    })
}

/// The bodies of all functions, each with its size.
struct Bodies<'a> {
    plan: &'a Plan<'a>,
    layout: &'a Layout,
    bytes: Vec<u8>,
    /// Where the first body begins: at 0 until the code is in its place.
    start: u32,
    offsets: Offsets,
    count: u32,
    allocator_calls: u32,
    /// The body under way.
    body: Vec<u8>,
    body_offsets: Offsets,
}

impl<'a> Bodies<'a> {
    fn rewrite(plan: &'a Plan<'a>, layout: &'a Layout) -> wasmparser::Result<Bodies<'a>> {
        let module = plan.module;
        let mut bodies = Bodies {
            plan,
            layout,
            bytes: Vec::with_capacity(module.bytes().len()),
            start: 0,
            offsets: Offsets::default(),
            count: 0,
            allocator_calls: 0,
            body: Vec::new(),
            body_offsets: Offsets::default(),
        };
        for function in module.imported_functions()..module.function_count() {
            match Kind::of(plan, function) {
                Kind::Counted if plan.counts_around(function) => {
                    bodies.add(Counting::wrapper(plan, layout, function));
                }
                kind => bodies.copy(kind, function)?,
            }
        }
        for helper in Helper::ALL {
            let books = Books {
                layout,
                indices: &plan.indices,
            };
            bodies.add(books.body(helper));
        }
        let border = Border {
            indices: &plan.indices,
            width: plan.width,
        };
        for (added, function) in plan.indices.added() {
            match added {
                Added::Wrapper => bodies.add(Counting::wrapper(plan, layout, function)),
                Added::Plain => bodies.copy(Kind::Plain, function)?,
                Added::Nested => bodies.add(Counting::nested(plan, layout, function)),
                Added::Leave => bodies.add(border.leave(function, plan.parameters(function))),
                Added::Enter => bodies.add(border.enter(function, plan.parameters(function))),
            }
        }
        Ok(bodies)
    }

    fn copy(&mut self, kind: Kind, function: u32) -> wasmparser::Result<()> {
        self.body.clear();
        body::rewrite(
            self.plan,
            self.layout,
            kind,
            function,
            &mut self.body,
            &mut self.body_offsets,
            &mut self.allocator_calls,
        )?;
        self.body.encode(&mut self.bytes);
        let start = self.bytes.len() - self.body.len();
        self.offsets.append(&mut self.body_offsets, start as u32);
        self.count += 1;
        Ok(())
    }

    fn add(&mut self, body: Function) {
        body.into_raw_body().encode(&mut self.bytes);
        self.count += 1;
    }
}

struct Rewrite<'a> {
    plan: &'a Plan<'a>,
    layout: &'a Layout,
    bodies: Bodies<'a>,
    wasm: Vec<u8>,
    /// How many of the needed sections are written.
    written: usize,
}

impl<'a> Rewrite<'a> {
    fn new(plan: &'a Plan<'a>, layout: &'a Layout, bodies: Bodies<'a>) -> Self {
        let wasm = wasm_encoder::Module::HEADER.to_vec();
        Rewrite {
            plan,
            layout,
            bodies,
            wasm,
            written: 0,
        }
    }

    fn payload(&mut self, payload: &Payload<'_>) -> Result<(), reencode::Error> {
        if let Payload::CustomSection(custom) = payload {
            self.custom(custom);
            return Ok(());
        }
        let Some((id, range)) = payload.as_section() else {
            return Ok(());
        };
        self.add_needed_before(order(id));
        if NEEDED.iter().any(|needed| *needed as u8 == id) {
            self.written += 1;
        }
        self.section(id, payload, range)
    }

    fn section(
        &mut self,
        id: u8,
        payload: &Payload<'_>,
        range: Range<usize>,
    ) -> Result<(), reencode::Error> {
        let mut redirect = Redirect(&self.plan.indices);
        match payload {
            Payload::TableSection(tables) => {
                let mut section = TableSection::new();
                redirect.parse_table_section(&mut section, tables.clone())?;
                self.push(&section);
            }
            Payload::GlobalSection(globals) => {
                let mut section = GlobalSection::new();
                redirect.parse_global_section(&mut section, globals.clone())?;
                self.push(&self.with_registers(section));
            }
            Payload::ExportSection(exports) => {
                let mut section = ExportSection::new();
                Exported(&self.plan.indices).parse_export_section(&mut section, exports.clone())?;
                self.push(&self.with_exports(section));
            }
            Payload::ElementSection(elements) => {
                let mut section = ElementSection::new();
                redirect.parse_element_section(&mut section, elements.clone())?;
                self.push(&section);
            }
            Payload::StartSection { func, .. } => {
                let function_index = self.plan.indices.reference(*func);
                self.push(&wasm_encoder::StartSection { function_index });
            }
            Payload::CodeSectionStart { .. } => self.code(),
            _ => self.extended(id, &self.plan.module.bytes()[range]),
        }
        Ok(())
    }

    /// Writes the needed sections that this module does not have and that come before that place.
    fn add_needed_before(&mut self, place: u8) {
        while let Some(id) = NEEDED
            .get(self.written)
            .filter(|id| order(**id as u8) < place)
        {
            self.written += 1;
            match id {
                SectionId::Global => self.push(&self.with_registers(GlobalSection::new())),
                SectionId::Export => self.push(&self.with_exports(ExportSection::new())),
                SectionId::Code => self.code(),
                _ => self.extended(*id as u8, &[0]),
            }
        }
    }

    /// A section whose entries name no function: copied, with new entries behind its own.
    fn extended(&mut self, id: u8, data: &[u8]) {
        let (count, entries) = self.new_entries(id);
        if count == 0 {
            return self.push(&RawSection { id, data });
        }
        let mut reader = BinaryReader::new(data, 0);
        let own = reader
            .read_var_u32()
            .expect("the section was parsed before");
        let mut extended = Vec::with_capacity(data.len() + entries.len() + 5);
        (own + count).encode(&mut extended);
        extended.extend(&data[reader.original_position()..]);
        extended.extend(entries);
        self.push(&RawSection {
            id,
            data: &extended,
        });
    }

    fn new_entries(&self, id: u8) -> (u32, Vec<u8>) {
        const TYPE: u8 = SectionId::Type as u8;
        const IMPORT: u8 = SectionId::Import as u8;
        const FUNCTION: u8 = SectionId::Function as u8;
        const MEMORY: u8 = SectionId::Memory as u8;
        match id {
            TYPE => self.new_types(),
            IMPORT => self.new_imports(),
            FUNCTION => self.new_functions(),
            MEMORY => self.new_memories(),
            _ => (0, Vec::new()),
        }
    }

    fn new_types(&self) -> (u32, Vec<u8>) {
        let mut section = wasm_encoder::TypeSection::new();
        section.ty().function([], []);
        section.ty().function([ValType::I32], [ValType::I32]);
        section.ty().function([ValType::I64], [ValType::I64]);
        for helper in Helper::ALL {
            let (parameters, results) = self.books().signature(helper);
            section.ty().function(parameters, results);
        }
        (section.len(), entries(&section))
    }

    fn new_imports(&self) -> (u32, Vec<u8>) {
        let mut section = wasm_encoder::ImportSection::new();
        let first = self.plan.indices.first_type();
        section.import(IMPORT_MODULE, IMPORT_FLUSH, EntityType::Function(first));
        section.import(
            IMPORT_MODULE,
            IMPORT_FIRST_SIGHT,
            EntityType::Function(first + 1),
        );
        section.import(IMPORT_MODULE, IMPORT_FOLD, EntityType::Function(first + 2));
        (section.len(), entries(&section))
    }

    fn new_functions(&self) -> (u32, Vec<u8>) {
        let mut section = wasm_encoder::FunctionSection::new();
        let first = self.plan.indices.first_type() + 3;
        for helper in Helper::ALL {
            section.function(first + helper as u32);
        }
        for (_, function) in self.plan.indices.added() {
            section.function(self.plan.module.type_index(function));
        }
        (section.len(), entries(&section))
    }

    fn new_memories(&self) -> (u32, Vec<u8>) {
        let mut section = wasm_encoder::MemorySection::new();
        let pages = u64::from(self.layout.pages);
        section.memory(MemoryType {
            minimum: pages,
            maximum: Some(pages),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        (section.len(), entries(&section))
    }

    fn with_registers(&self, mut section: GlobalSection) -> GlobalSection {
        for register in Register::ALL {
            let val_type = register_type(register, self.layout.width.field_type());
            let initial = match (register, val_type) {
                (Register::Cursor, _) => ConstExpr::i32_const(self.layout.records as i32),
                (_, ValType::I64) => ConstExpr::i64_const(0),
                _ => ConstExpr::i32_const(0),
            };
            section.global(
                GlobalType {
                    val_type,
                    mutable: true,
                    shared: false,
                },
                &initial,
            );
        }
        section
    }

    fn with_exports(&self, mut section: ExportSection) -> ExportSection {
        let indices = &self.plan.indices;
        section.export(EXPORT_LOG, ExportKind::Memory, indices.log());
        section.export(
            EXPORT_CURSOR,
            ExportKind::Global,
            indices.register(Register::Cursor),
        );
        section.export(
            EXPORT_INSIDE,
            ExportKind::Global,
            indices.register(Register::Inside),
        );
        section.export(
            EXPORT_CONTEXT,
            ExportKind::Global,
            indices.register(Register::Context),
        );
        section.export(
            EXPORT_BORDER,
            ExportKind::Global,
            indices.register(Register::Border),
        );
        if !self.plan.module.memories().is_empty() {
            section.export(EXPORT_MEMORY, ExportKind::Memory, 0);
        }
        for global in self.plan.module.variables() {
            section.export(&export_of_global(global), ExportKind::Global, global);
        }
        section
    }

    fn code(&mut self) {
        let mut count = Vec::new();
        self.bodies.count.encode(&mut count);
        let data = [count.as_slice(), &self.bodies.bytes].concat();
        self.push(&RawSection {
            id: SectionId::Code as u8,
            data: &data,
        });
        self.bodies.start = (self.wasm.len() - self.bodies.bytes.len()) as u32;
        self.bodies.offsets.shift(self.bodies.start);
    }

    /// Custom sections stay where they are and as they are, but for indices and offsets that would lie now. DWARF stays as it
    /// is: it speaks of the original, and so does whoever looks places up in it.
    fn custom(&mut self, custom: &wasmparser::CustomSectionReader<'_>) {
        let data = match custom.name() {
            "name" => Some(names::renumber(custom.data(), &self.plan.indices).into()),
            name if name.starts_with(code_metadata::PREFIX) => {
                self.moved().renumber(custom.data()).map(Cow::Owned)
            }
            _ => Some(Cow::Borrowed(custom.data())),
        };
        if let Some(data) = data {
            self.push(&wasm_encoder::CustomSection {
                name: custom.name().into(),
                data,
            });
        }
    }

    fn moved(&self) -> Moved<'_> {
        Moved {
            plan: self.plan,
            offsets: &self.bodies.offsets,
            bodies: &self.bodies.bytes,
            start: self.bodies.start,
        }
    }

    fn books(&self) -> Books<'_> {
        Books {
            layout: self.layout,
            indices: &self.plan.indices,
        }
    }

    fn push(&mut self, section: &impl wasm_encoder::Section) {
        section.append_to(&mut self.wasm);
    }
}

/// Re-encodes what names functions, with each index as it is now.
struct Redirect<'a>(&'a Indices);

impl Reencode for Redirect<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        Ok(self.0.reference(function))
    }
}

/// The same for exports, which a host may call back.
struct Exported<'a>(&'a Indices);

impl Reencode for Exported<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        Ok(self.0.exported(function))
    }
}

/// Where a section stands in a module: the identifiers of the tag and data count sections are out of order.
fn order(id: u8) -> u8 {
    const TAG: u8 = SectionId::Tag as u8;
    const DATA_COUNT: u8 = SectionId::DataCount as u8;
    match id {
        TAG => 2 * SectionId::Memory as u8 + 1,
        DATA_COUNT => 2 * SectionId::Element as u8 + 1,
        _ => 2 * id,
    }
}

/// A section's entries without their count.
fn entries(section: &impl Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    let mut reader = BinaryReader::new(&bytes, 0);
    reader
        .read_var_u32()
        .expect("a section begins with its size");
    reader
        .read_var_u32()
        .expect("then comes the count of its entries");
    bytes.split_off(reader.original_position())
}

fn register_type(register: Register, field: ValType) -> ValType {
    match register {
        Register::Cursor | Register::Inside | Register::CallSite => ValType::I32,
        Register::Inner | Register::InnerSize => field,
        Register::Context | Register::Border => ValType::I64,
    }
}
