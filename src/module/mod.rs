//! A wasm file and what it says of itself: functions and their names, debug info, allocators, the call graph.
//!
//! Everything here is read from the module as it ships. Nothing is run, nothing is rewritten, and neither suites nor
//! engines are known.

mod allocator_data;
mod allocators;
mod bindgen;
mod call_graph;
mod candidates;
mod contents;
mod debug_info;
mod demangle;
mod dwarf;
mod entries;
mod error;
mod families;
mod frame;
mod given;
mod global;
mod go;
mod header;
mod layers;
mod library;
mod memory_layout;
mod mentions;
mod names;
mod nesting;
mod printable;
mod process;
mod scopes;
mod source_path;
mod stack_pointer;
mod statics;
mod symbol;
mod symbols;
mod types;
mod units;

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use wasmparser::{FuncType, MemoryType};

use self::allocators::Found;
pub use self::allocators::{Allocator, Misfit, NoAllocator};
pub use self::call_graph::CallGraph;
use self::contents::Contents;
pub use self::contents::{Export, ImportedFunction};
pub use self::debug_info::DebugInfo;
pub use self::error::ModuleError;
pub use self::families::{Layer, Role};
pub use self::frame::{CodeFrame, Frame};
pub use self::given::{GivenAllocator, GivenError};
pub use self::global::RootGlobal;
pub use self::memory_layout::{MemoryLayout, Segment};
pub use self::mentions::{Mention, What};
pub use self::nesting::Nesting;
pub(crate) use self::printable::{LONGEST_NAME, printable, printable_lines, printable_row};
pub use self::statics::{Static, Statics};
pub use self::symbols::Symbols;
pub use self::types::{TypeId, Types, Word, Words};

/// Larger files are refused: code offsets, in wasm and in DWARF alike, are 32 bits wide, and no engine takes more.
const MAX_BYTES: u64 = 1 << 30;

/// A core module, validated. It owns its bytes; what the accessors return was read once, when it was loaded.
#[derive(Debug)]
pub struct Module {
    name: String,
    bytes: Vec<u8>,
    contents: Contents,
    /// Allocators that somebody named.
    given: Vec<Allocator>,
    /// Found when first asked for, since every name has to be demangled for it.
    found: OnceLock<Found>,
}

impl Module {
    /// Reads a file. The module is named for the file, without its folder.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, and as for [`Module::parse`]. The error names the path as it was given.
    pub fn load(path: &Path) -> Result<Module, ModuleError> {
        let shown = path.display().to_string();
        let failed = |source| ModuleError::Unreadable {
            path: shown.clone(),
            source,
        };
        let size = fs::metadata(path).map_err(failed)?.len();
        refuse_large(&shown, size)?;
        let bytes = fs::read(path).map_err(failed)?;
        let name = path
            .file_name()
            .map_or(shown.clone(), |name| name.to_string_lossy().into_owned());
        Module::read(name, &shown, bytes)
    }

    /// Reads bytes that came from elsewhere; `name` stands for them in messages.
    ///
    /// # Errors
    ///
    /// When they are no core module: not wasm, a component, cut short, malformed, or larger than code offsets can reach.
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Module, ModuleError> {
        refuse_large(name, bytes.len() as u64)?;
        Module::read(name.to_owned(), name, bytes)
    }

    fn read(name: String, shown: &str, bytes: Vec<u8>) -> Result<Module, ModuleError> {
        header::check(shown, &bytes)?;
        let contents =
            Contents::read(&bytes).map_err(|error| ModuleError::invalid(shown, &error))?;
        if contents.memories.iter().any(|memory| memory.shared) {
            return Err(ModuleError::SharedMemory {
                module: shown.to_owned(),
            });
        }
        Ok(Module {
            name,
            bytes,
            contents,
            given: Vec::new(),
            found: OnceLock::new(),
        })
    }

    /// With allocators that somebody names, besides those that are found; what is said of one counts more than its name.
    ///
    /// # Errors
    ///
    /// When there is no such function, or when its signature has no place for what it is said to do.
    pub fn with_allocators(self, given: &[GivenAllocator]) -> Result<Module, GivenError> {
        let given = given
            .iter()
            .map(|given| given::resolve(&self, given))
            .collect::<Result<_, _>>()?;
        Ok(Module {
            given,
            found: OnceLock::new(),
            ..self
        })
    }

    /// The file's name, or what [`Module::parse`] was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many functions are imported; they come first in the index space.
    pub fn imported_functions(&self) -> u32 {
        self.contents.imports.len() as u32
    }

    /// The imported functions, by index.
    pub fn imports(&self) -> &[ImportedFunction] {
        &self.contents.imports
    }

    /// The imported functions of a host that may call exports in turn. WASI does not.
    pub fn hosts(&self) -> impl Iterator<Item = u32> {
        (0..)
            .zip(self.imports())
            .filter(|(_, import)| !import.module.starts_with("wasi_"))
            .map(|(function, _)| function)
    }

    /// How many functions there are, imported and defined.
    pub fn function_count(&self) -> u32 {
        self.contents.functions.len() as u32
    }

    /// Parameters and results of a function.
    ///
    /// # Panics
    ///
    /// If there is no such function.
    pub fn signature(&self, function: u32) -> &FuncType {
        self.contents.types[self.type_index(function) as usize]
            .as_ref()
            .expect("a validated function has a function type")
    }

    /// The index of a function's type in the type section.
    ///
    /// # Panics
    ///
    /// If there is no such function.
    pub fn type_index(&self, function: u32) -> u32 {
        self.contents.functions[function as usize]
    }

    /// How many types the type section declares.
    pub fn type_count(&self) -> u32 {
        self.contents.types.len() as u32
    }

    /// The parts of static data that nothing but an allocator gets at, within that range: what it knows of its own blocks.
    ///
    /// Of allocators that somebody named nothing is known, since they may be more than that.
    pub fn allocator_data(&self, data: Range<u64>) -> Vec<Range<u64>> {
        let found = self.found().allocators.iter();
        let known: Vec<Allocator> = found
            .filter(|allocator| allocator.family != given::FAMILY)
            .cloned()
            .collect();
        allocator_data::find(self, &known, data)
    }

    /// The globals that hold an integer which can change, imported and defined, in order.
    pub fn variables(&self) -> Vec<u32> {
        global::variables(self)
    }

    /// How many globals there are, imported and defined.
    pub fn global_count(&self) -> u32 {
        self.contents.globals.len() as u32
    }

    /// The bytes of a function's body, locals included, the size before it not; `None` for imported functions.
    pub fn body(&self, function: u32) -> Option<Range<usize>> {
        let defined = function.checked_sub(self.imported_functions())?;
        self.contents.bodies.get(defined as usize).cloned()
    }

    /// The function whose body holds that offset of the file.
    pub fn function_at(&self, offset: usize) -> Option<u32> {
        let after = self
            .contents
            .bodies
            .partition_point(|body| body.start <= offset);
        let defined = after.checked_sub(1)?;
        self.contents.bodies[defined]
            .contains(&offset)
            .then(|| self.imported_functions() + defined as u32)
    }

    /// The symbol that the name section gives a function, as it stands there.
    pub fn function_name(&self, function: u32) -> Option<&str> {
        self.contents.names.function(function)
    }

    /// The exports, in the order of the file.
    pub fn exports(&self) -> &[Export] {
        &self.contents.exports
    }

    /// Whether the module is a program that runs once, through `_start`.
    pub fn is_command(&self) -> bool {
        self.exports()
            .iter()
            .any(|export| export.is_function() && export.name == "_start")
    }

    /// Whether the module is driven through its exports. `_initialize`, where there is one, has to be called first.
    pub fn is_reactor(&self) -> bool {
        !self.is_command()
    }

    /// The memories, imported ones first.
    pub fn memories(&self) -> &[MemoryType] {
        &self.contents.memories
    }

    /// Whether addresses, in memory 0, are 64 bits wide.
    pub fn is_memory64(&self) -> bool {
        self.memories()
            .first()
            .is_some_and(|memory| memory.memory64)
    }

    /// Whether the module declares or imports a tag, without which nothing is thrown or caught.
    pub fn has_exceptions(&self) -> bool {
        self.contents.has_tags
    }

    /// The functions that allocate and free, by name and signature, in the order of their indices.
    ///
    /// # Errors
    ///
    /// When there is none. The error says what was looked at, and what may be one by its looks.
    pub fn allocators(&self) -> Result<Vec<Allocator>, NoAllocator> {
        self.found().result()
    }

    /// Whether a collector takes blocks back in a way that cannot be seen: what is live then is all that was ever allocated,
    /// but for what was handed out again at the same address.
    pub fn frees_unseen(&self) -> bool {
        let allocators = &self.found().allocators;
        allocators
            .iter()
            .any(|allocator| families::UNSEEN.contains(&allocator.family))
    }

    /// Whether a collector takes blocks back, if in a way that can be seen.
    pub fn is_collected(&self) -> bool {
        let is_collected = |allocator: &Allocator| allocator.family == families::ASSEMBLYSCRIPT;
        self.found().allocators.iter().any(is_collected)
    }

    /// Functions that are named like an allocator and have another signature, which is why they are not counted.
    pub fn misfits(&self) -> Vec<Misfit> {
        self.found().misfits.clone()
    }

    /// What turns places in the code into functions and lines.
    pub fn symbols(&self) -> Symbols<'_> {
        Symbols::new(self)
    }

    /// The variables that have a place in memory of their own, by what debug info says. That needs more of it than lines do:
    /// `-g` in C and C++, `debug = "full"` in a Cargo profile; there are none otherwise.
    ///
    /// It reads the debug info of all units, so make it once a report.
    pub fn statics(&self) -> Statics<'_> {
        Statics::new(self)
    }

    /// Where static data, stack and heap lie; the statics tell how far zero-initialised data goes at least.
    pub fn memory_layout(&self, statics: &Statics<'_>) -> MemoryLayout {
        MemoryLayout::of(self, statics)
    }

    /// The globals that may hold an address, by index: not those that cannot change, and not the one that points to the
    /// stack.
    pub fn root_globals(&self) -> Vec<RootGlobal> {
        global::roots(self, stack_pointer::find(self))
    }

    /// What can be said of a place in the code, judged by what symbols resolve to.
    pub fn debug_info(&self) -> DebugInfo {
        debug_info::judge(self)
    }

    /// The functions that allocate what a command is started with, and that is never freed.
    pub fn start_up(&self) -> Vec<u32> {
        process::start_up(self)
    }

    /// The functions that are under way where a process ends once `main` has returned.
    pub fn ending(&self) -> Vec<u32> {
        process::ending(self)
    }

    /// What is missing of that, and how to get it; none where nothing is, or where the module's compiler has no more to give.
    pub fn debug_advice(&self) -> Option<&'static str> {
        debug_info::advice(self)
    }

    /// Who may call whom, with the allocators that were found as its targets; see [`CallGraph::build`].
    pub fn call_graph(&self) -> CallGraph {
        CallGraph::build(self, &self.found().allocators)
    }
}

impl Module {
    fn found(&self) -> &Found {
        self.found.get_or_init(|| allocators::find(self))
    }

    fn custom_section(&self, name: &str) -> Option<&[u8]> {
        let section = self
            .contents
            .custom
            .iter()
            .find(|section| section.0 == name)?;
        Some(&self.bytes[section.1.clone()])
    }

    fn export_name(&self, function: u32) -> Option<&str> {
        let export = self
            .exports()
            .iter()
            .find(|export| export.is_function() && export.index == function)?;
        Some(&export.name)
    }
}

fn refuse_large(module: &str, size: u64) -> Result<(), ModuleError> {
    if size > MAX_BYTES {
        return Err(ModuleError::TooLarge {
            module: module.to_owned(),
            size,
            limit: MAX_BYTES,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
