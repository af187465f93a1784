//! The engine's settings, and compiling a module for it.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use wasmtime::{Cache, CacheConfig, Config, WasmBacktraceDetails};

use super::error::RunError;
use super::host::Host;
use crate::instrument::Instrumented;

/// Bytes of stack that a guest may use. The log's shadow stack has room for every frame that fits.
const STACK_BYTES: usize = 1 << 20;

/// More frames than fit on the stack, so that no backtrace is ever cut short.
const BACKTRACE_FRAMES: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// An engine that runs guests the same way on every machine.
#[derive(Clone)]
pub struct Engine(pub(crate) wasmtime::Engine);

impl Engine {
    /// An engine that keeps what it compiled in the folder `cache`, by content.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used.
    pub fn new(cache: Option<&Path>) -> Result<Engine, RunError> {
        Engine::of(deterministic(), cache)
    }

    /// As [`Engine::new`], with linear memories that are blocks of the host's heap, as tables always are: slower, and what counts the
    /// heap counts them.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used.
    pub fn on_heap(cache: Option<&Path>) -> Result<Engine, RunError> {
        Engine::of(on_heap(), cache)
    }

    fn of(mut config: Config, cache: Option<&Path>) -> Result<Engine, RunError> {
        let failed = |error: wasmtime::Error| RunError::Engine(format!("{error:#}"));
        if let Some(folder) = cache {
            let mut settings = CacheConfig::new();
            settings.with_directory(folder);
            config.cache(Some(Cache::new(settings).map_err(failed)?));
        }
        wasmtime::Engine::new(&config).map(Engine).map_err(failed)
    }

    /// The engine itself, for those who run something else beside the guests.
    pub fn as_wasmtime(&self) -> &wasmtime::Engine {
        &self.0
    }

    /// Compiles an instrumented module; `name` is what the guest sees as its program's.
    ///
    /// # Errors
    ///
    /// When the module uses what the engine does not have.
    pub fn compile(&self, name: &str, instrumented: Instrumented) -> Result<Compiled, RunError> {
        self.compiled(name, Arc::new(instrumented), Host::default())
    }

    /// Compiles for this engine what was compiled for another one.
    ///
    /// # Errors
    ///
    /// When the module uses what the engine does not have.
    pub fn compile_again(&self, compiled: &Compiled) -> Result<Compiled, RunError> {
        let Compiled {
            instrumented,
            name,
            host,
            ..
        } = compiled;
        self.compiled(name, instrumented.clone(), host.clone())
    }

    fn compiled(
        &self,
        name: &str,
        instrumented: Arc<Instrumented>,
        host: Host,
    ) -> Result<Compiled, RunError> {
        let module = wasmtime::Module::new(&self.0, &instrumented.wasm)
            .map_err(|error| RunError::Compile(format!("{error:#}")))?;
        Ok(Compiled {
            module,
            instrumented,
            name: name.to_string(),
            host,
        })
    }
}

/// A module that is ready to run.
#[derive(Clone)]
pub struct Compiled {
    pub(crate) module: wasmtime::Module,
    pub(crate) instrumented: Arc<Instrumented>,
    /// What the guest sees as its program's name.
    pub(crate) name: String,
    /// Who provides what it imports besides WASI.
    pub(crate) host: Host,
}

impl Compiled {
    /// The same with that host.
    pub fn with_host(self, host: Host) -> Compiled {
        Compiled { host, ..self }
    }
}

pub(crate) fn deterministic() -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(STACK_BYTES)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_backtrace_max_frames(Some(BACKTRACE_FRAMES))
        // The engine's own symbols take minutes on large modules; ours come from the original module, once a site.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_multi_memory(true)
        .wasm_memory64(true)
        .wasm_tail_call(true)
        .wasm_function_references(true)
        .wasm_gc(true)
        .wasm_exceptions(true)
        .wasm_relaxed_simd(true)
        .wasm_extended_const(true)
        .wasm_custom_page_sizes(true)
        .wasm_wide_arithmetic(true);
    config
}

/// The engine takes a memory from the heap where nothing asks for pages of its own: neither room to grow into without moving,
/// nor a guard behind it, nor contents to share, nor traps that are told by the pages' protection.
fn on_heap() -> Config {
    let mut config = deterministic();
    config
        .memory_reservation(0)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .memory_init_cow(false)
        .signals_based_traps(false);
    config
}
