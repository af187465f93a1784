//! The naive count: a host call and a backtrace at every entry and exit of an allocator, and a hash table of live blocks.
//!
//! It is slow, simple and shares nothing with the instrument but the table of allocators: another rewrite (wasm-encoder's
//! re-encoder), another folding of recursion, another fold. What both say of a guest must be the same, site by site.

mod recursion;
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, EntityType, Function, FunctionSection, ImportSection, SectionId, TypeSection,
    ValType,
};
use wasmtime::{Caller, Extern, FrameInfo, Linker, Store, WasmBacktrace};

use crate::heap::Count;
use crate::instrument::Width;
use crate::module::{Allocator, CodeFrame, Layer, Module, Role};
use crate::run::{Log, MarkKind, Observer, Overwhelmed, State};

/// Functions that the naive module imports.
const IMPORTS: u32 = 2;
/// Arguments that are handed to the host.
const ARGUMENTS: usize = 7;

/// A place in the code that does not depend on how it is encoded: the function, and how many calls it has before.
pub(crate) type Place = (u32, usize);

/// What one site allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) total: Count,
    pub(crate) at_peak: Count,
    pub(crate) own_peak: Count,
    pub(crate) live: Count,
    pub(crate) lifetime: u64,
}

/// Rewrites a module so that the host is told of every entry and exit of its allocators.
pub(crate) fn rewrite(module: &Module, allocators: &[Allocator]) -> Vec<u8> {
    let mut rewrite = Rewrite {
        module,
        allocators,
        written: None,
    };
    let mut output = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    rewrite
        .parse_core_module(&mut output, parser, module.bytes())
        .expect("the module is valid");
    output.finish()
}

struct Rewrite<'a> {
    module: &'a Module,
    allocators: &'a [Allocator],
    /// The last section that was written.
    written: Option<SectionId>,
}

impl Rewrite<'_> {
    fn shifted(&self, function: u32) -> u32 {
        if function < self.module.imported_functions() {
            function
        } else {
            function + IMPORTS
        }
    }

    fn import(&self, imports: &mut ImportSection) {
        let first = self.module.type_count();
        imports.import("naive", "enter", EntityType::Function(first));
        imports.import("naive", "exit", EntityType::Function(first + 1));
    }

    fn wrapper(&self, number: usize, allocator: &Allocator) -> Function {
        let signature = self.module.signature(allocator.function);
        let parameters = signature.params();
        let has_result = !signature.results().is_empty();
        let locals = if has_result {
            vec![(1, self.val_type_of(signature.results()[0]))]
        } else {
            vec![]
        };
        let mut function = Function::new(locals);
        let mut code = function.instructions();
        code.i32_const(number as i32);
        for argument in 0..ARGUMENTS {
            match parameters.get(argument) {
                Some(wasmparser::ValType::I64) => code.local_get(argument as u32),
                Some(_) => code.local_get(argument as u32).i64_extend_i32_u(),
                None => code.i64_const(0),
            };
        }
        code.call(self.module.imported_functions());
        for parameter in 0..parameters.len() as u32 {
            code.local_get(parameter);
        }
        code.call(self.shifted(allocator.function));
        let result = parameters.len() as u32;
        if allocator.role.is_apart() {
            // The host is told where the stack is in memory once there is a block, and otherwise zero.
            code.local_tee(result).i32_const(number as i32);
            code.local_get(result).i32_eqz().global_get(0).i32_mul();
            code.i64_extend_i32_u();
        } else if has_result {
            code.local_tee(result)
                .i32_const(number as i32)
                .local_get(result);
            if signature.results()[0] != wasmparser::ValType::I64 {
                code.i64_extend_i32_u();
            }
        } else {
            code.i32_const(number as i32).i64_const(0);
        }
        code.call(self.module.imported_functions() + 1).end();
        function
    }

    fn val_type_of(&self, value: wasmparser::ValType) -> ValType {
        if value == wasmparser::ValType::I64 {
            ValType::I64
        } else {
            ValType::I32
        }
    }
}

impl Reencode for Rewrite<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let first = self.module.function_count() + IMPORTS;
        let wrapper = self
            .allocators
            .iter()
            .position(|allocator| allocator.function == function);
        Ok(wrapper.map_or_else(|| self.shifted(function), |wrapper| first + wrapper as u32))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_type_section(self, types, section)?;
        let mut parameters = vec![ValType::I32];
        parameters.extend([ValType::I64; ARGUMENTS]);
        types.ty().function(parameters, []);
        types.ty().function([ValType::I32, ValType::I64], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_import_section(self, imports, section)?;
        self.import(imports);
        self.written = Some(SectionId::Import);
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), reencode::Error> {
        let too_late = before.is_none_or(|before| before as u8 > SectionId::Import as u8);
        if too_late && self.written.is_none() {
            let mut imports = ImportSection::new();
            self.import(&mut imports);
            module.section(&imports);
            self.written = Some(SectionId::Import);
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_function_section(self, functions, section)?;
        for allocator in self.allocators {
            functions.function(self.module.type_index(allocator.function));
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_code_section(self, code, section)?;
        for (number, allocator) in self.allocators.iter().enumerate() {
            code.function(&self.wrapper(number, allocator));
        }
        Ok(())
    }
}

/// Counts by the simplest means.
#[derive(Debug)]
pub(crate) struct Naive {
    module: Arc<Module>,
    allocators: Vec<Allocator>,
    places: Places,
    /// Arguments of the outermost allocator call that is under way, and where it was called.
    outermost: Option<([u64; ARGUMENTS], Vec<Place>)>,
    depth: u32,
    /// Where those allocators were called that count by themselves, the innermost last.
    apart: Vec<Vec<Place>>,
    /// Address and size of what a lower layer of those handed out last.
    inner_apart: (u64, u64),
    inner: u64,
    /// The block that the outermost call resizes, as a lower layer calls it.
    resized: Option<u64>,
    /// Address to size, site, and all bytes that were allocated by then.
    blocks: HashMap<u64, (u64, Vec<Place>, u64)>,
    aliases: HashMap<u64, u64>,
    sites: BTreeMap<Vec<Place>, Figures>,
    pub(crate) live: Count,
    pub(crate) total: Count,
    pub(crate) peak: Count,
}

impl Naive {
    /// A count for a module and the places of its naive rewrite.
    pub(crate) fn new(module: Arc<Module>, allocators: Vec<Allocator>, places: Places) -> Naive {
        Naive {
            places,
            module,
            allocators,
            outermost: None,
            depth: 0,
            apart: Vec::new(),
            inner_apart: (0, 0),
            inner: 0,
            resized: None,
            blocks: HashMap::new(),
            aliases: HashMap::new(),
            sites: BTreeMap::new(),
            live: Count::default(),
            total: Count::default(),
            peak: Count::default(),
        }
    }

    /// The sites, once the run is over.
    pub(crate) fn sites(&self) -> BTreeMap<Vec<Place>, Figures> {
        let mut sites = self.sites.clone();
        for (_, site, birth) in self.blocks.values() {
            let figures = sites.get_mut(site).expect("it allocated the block");
            figures.lifetime += self.total.bytes - birth;
        }
        sites
    }

    fn enter(&mut self, number: usize, arguments: [u64; ARGUMENTS], backtrace: &WasmBacktrace) {
        let allocator = &self.allocators[number];
        if allocator.role.is_apart() {
            let stack = self.stack(backtrace).into_iter();
            let is_layer = |(function, _): &Place| self.is_allocator(*function);
            return self.apart.push(stack.skip_while(is_layer).collect());
        }
        self.depth += 1;
        if self.depth == 1 {
            self.inner = 0;
            self.resized = match allocator.role {
                Role::Resize { address, .. } if allocator.header > 0 => {
                    Some(arguments[address as usize].wrapping_sub(allocator.header.into()))
                }
                _ => None,
            };
            self.outermost = Some((arguments, self.stack(backtrace)));
            return;
        }
        match allocator.role {
            Role::Free { address } if arguments[address as usize] == self.inner => self.inner = 0,
            Role::Release { address } if Some(arguments[address as usize]) != self.resized => {
                self.free(arguments[address as usize]);
            }
            _ => {}
        }
    }

    fn exit(&mut self, number: usize, result: u64, memory: &[u8]) {
        let role = self.allocators[number].role;
        if let Role::AllocateOnStack {
            size,
            address,
            layer,
        } = role
        {
            let operand = |offset: u32| {
                let at = result as usize + offset as usize;
                let bytes = memory[at..at + 8].try_into().expect("eight bytes");
                u64::from_le_bytes(bytes)
            };
            let site = self.apart.pop().expect("it was entered");
            if result != 0 {
                self.allocate_apart((operand(address), operand(size)), layer, site);
            }
            return;
        }
        self.depth -= 1;
        if self.depth > 0 {
            let is_address = matches!(
                role,
                Role::Allocate { .. }
                    | Role::AllocateArray { .. }
                    | Role::Resize { .. }
                    | Role::ResizeArray { .. }
            );
            if is_address && result != 0 {
                self.inner = result;
            }
            return;
        }
        let (arguments, site) = self.outermost.take().expect("an allocator was entered");
        let argument = |index: u32| arguments[index as usize];
        let header = self.allocators[number].header;
        if header > 0 {
            self.inner = result.wrapping_sub(header.into());
        }
        match role {
            Role::Release { address } => self.free(argument(address)),
            Role::ResizeInPlace { address, size } if result != 0 => {
                self.resize(argument(address), argument(address), argument(size), site);
            }
            Role::ResizeInPlace { .. } => {}
            Role::AllocateOnStack { .. } => unreachable!("it was counted above"),
            Role::Free { address } => self.free(argument(address)),
            Role::Allocate { size } => self.allocate(result, argument(size), site),
            Role::AllocateArray { count, size } => {
                self.allocate(result, argument(count) * argument(size), site)
            }
            Role::AllocateInto { out, size } if result == 0 => {
                let out = argument(out) as usize;
                let address =
                    u32::from_le_bytes(memory[out..out + 4].try_into().expect("four bytes"));
                self.allocate(address.into(), argument(size), site);
            }
            Role::AllocateInto { .. } => {}
            Role::Resize { address, size } => {
                // The sized form hands out no block for zero bytes.
                let sized = self
                    .module
                    .signature(self.allocators[number].function)
                    .params()
                    .len()
                    == 4;
                let result = if sized && argument(size) == 0 {
                    0
                } else {
                    result
                };
                self.resize(argument(address), result, argument(size), site);
            }
            Role::ResizeArray {
                address,
                count,
                size,
            } => {
                self.resize(
                    argument(address),
                    result,
                    argument(count) * argument(size),
                    site,
                );
            }
        }
    }

    fn allocate_apart(&mut self, block: (u64, u64), layer: Layer, site: Vec<Place>) {
        let (address, size) = block;
        let is_handed_on = layer == Layer::Upper && block == self.inner_apart;
        if size == 0 || is_handed_on {
            return;
        }
        if layer == Layer::Lower {
            self.inner_apart = block;
        }
        self.allocate(address, size, site);
    }

    fn resize(&mut self, old: u64, new: u64, size: u64, site: Vec<Place>) {
        if new != 0 || size == 0 {
            self.free(old);
        }
        self.allocate(new, size, site);
    }

    fn allocate(&mut self, address: u64, size: u64, site: Vec<Place>) {
        if address == 0 {
            return;
        }
        self.aliases.remove(&address);
        if self.blocks.contains_key(&address) {
            self.free(address);
        }
        let figures = self.sites.entry(site.clone()).or_default();
        for count in [
            &mut figures.total,
            &mut figures.live,
            &mut self.live,
            &mut self.total,
        ] {
            count.bytes += size;
            count.blocks += 1;
        }
        if figures.live.bytes > figures.own_peak.bytes {
            figures.own_peak = figures.live;
        }
        let block = (size, site, self.total.bytes);
        self.blocks.insert(address, block);
        if self.inner != 0 && self.inner != address && !self.blocks.contains_key(&self.inner) {
            self.aliases.insert(self.inner, address);
        }
        if self.live.bytes > self.peak.bytes {
            self.peak = self.live;
            self.sites
                .values_mut()
                .for_each(|figures| figures.at_peak = figures.live);
        }
    }

    fn free(&mut self, address: u64) {
        let address = match self.aliases.get(&address) {
            Some(aliased) if !self.blocks.contains_key(&address) => *aliased,
            _ => address,
        };
        let Some((size, site, birth)) = self.blocks.remove(&address) else {
            return;
        };
        self.aliases.retain(|_, aliased| *aliased != address);
        let figures = self.sites.get_mut(&site).expect("it allocated the block");
        figures.lifetime += self.total.bytes - birth;
        for count in [&mut figures.live, &mut self.live] {
            count.bytes -= size;
            count.blocks -= 1;
        }
    }

    fn is_allocator(&self, function: u32) -> bool {
        let mut allocators = self.allocators.iter();
        allocators.any(|allocator| allocator.function == function)
    }

    /// The calling context of the wrapper on top, innermost first, without cycles.
    fn stack(&self, backtrace: &WasmBacktrace) -> Vec<Place> {
        let mut stack: Vec<Place> = Vec::new();
        let is_original =
            |frame: &&FrameInfo| frame.func_index() < self.module.function_count() + IMPORTS;
        for frame in backtrace.frames()[1..].iter().rev().filter(is_original) {
            let place = self.places.at(
                frame.func_index(),
                frame.module_offset().expect("there is an address map"),
            );
            let place = (place.0 - IMPORTS, place.1);
            if let Some(first) = stack.iter().position(|(function, _)| *function == place.0) {
                stack.truncate(first);
            }
            stack.push(place);
        }
        stack.reverse();
        stack
    }
}

impl Observer for Naive {
    fn site(&mut self, _: &[CodeFrame], _: bool) {}
    fn events(&mut self, _: Width, _: &[u8], _: u64) -> Result<(), Overwhelmed> {
        Ok(())
    }
    fn mark(&mut self, _: MarkKind, _: u64, _: u64) {}
    fn finish(&mut self, _: Log, _: Vec<Vec<CodeFrame>>) {}
}

/// Provides the two functions of a naive module.
pub(crate) fn provide(
    linker: &mut Linker<State<Naive>>,
    _: &mut Store<State<Naive>>,
) -> wasmtime::Result<()> {
    #[rustfmt::skip]
    let enter = |mut caller: Caller<'_, State<Naive>>, number: u32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64| {
        let backtrace = WasmBacktrace::force_capture(&caller);
        let naive = &mut caller.data_mut().observer;
        naive.enter(number as usize, [a, b, c, d, e, f, g], &backtrace);
    };
    let exit = |mut caller: Caller<'_, State<Naive>>, number: u32, result: u64| {
        let memory = caller
            .get_export("memory")
            .and_then(Extern::into_memory)
            .expect("guests export their memory");
        let (data, state) = memory.data_and_store_mut(&mut caller);
        state.observer.exit(number as usize, result, data);
    };
    linker.func_wrap("naive", "enter", enter)?;
    linker.func_wrap("naive", "exit", exit)?;
    Ok(())
}

/// Where the calls of each function are.
#[derive(Clone, Debug)]
pub(crate) struct Places(BTreeMap<u32, Vec<usize>>);

impl Places {
    pub(crate) fn of(module: &Module) -> Places {
        let functions = module.imported_functions()..module.function_count();
        Places(
            functions
                .map(|function| (function, calls(module, function)))
                .collect(),
        )
    }

    /// The place of the call at that offset of the file.
    pub(crate) fn at(&self, function: u32, offset: usize) -> Place {
        (
            function,
            self.0[&function]
                .iter()
                .position(|call| *call == offset)
                .expect("frames are at calls"),
        )
    }
}

fn calls(module: &Module, function: u32) -> Vec<usize> {
    use wasmparser::Operator::{Call, CallIndirect, CallRef};
    let range = module.body(function).expect("a defined function");
    let reader = wasmparser::BinaryReader::new(&module.bytes()[range.clone()], range.start);
    let operators = wasmparser::FunctionBody::new(reader)
        .get_operators_reader()
        .expect("the module is valid");
    operators
        .into_iter_with_offsets()
        .map(|operator| operator.expect("the module is valid"))
        .filter(|(operator, _)| {
            matches!(operator, Call { .. } | CallIndirect { .. } | CallRef { .. })
        })
        .map(|(_, offset)| offset)
        .collect()
}
