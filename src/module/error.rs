//! Why a file is not taken as a module.

use std::io;

use thiserror::Error;

/// Why a file is not taken as a module. Every message names the module, what is wrong and the way out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// There is no such file, or it cannot be read.
    #[error("failed to read module {path}: {}", reason(.source))]
    Unreadable {
        /// The path as it was given.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// More than code offsets can reach.
    #[error(
        "failed to read module {module}: it has {size} bytes, a module may have {limit}: strip its debug info"
    )]
    TooLarge {
        /// The file.
        module: String,
        /// Its size.
        size: u64,
        /// The size that is taken at most.
        limit: u64,
    },
    /// The file has no bytes, as a build leaves it that failed while it wrote.
    #[error("failed to read module {module}: the file is empty, did its build fail?")]
    Empty {
        /// The file.
        module: String,
    },
    /// Something other than wasm.
    #[error("failed to read module {module}: this is not wasm, it begins with `{start}`: {advice}")]
    NotWasm {
        /// The file.
        module: String,
        /// Its first bytes, escaped.
        start: String,
        /// What it looks like, and what to do.
        advice: &'static str,
    },
    /// A component, which wraps core modules.
    #[error(
        "failed to read module {module}: this is a component, and memgate measures core modules: build for a target \
         that gives one (such as wasm32-wasip1 in place of wasm32-wasip2), or take the core module out of it with \
         `wasm-tools component unbundle --module-dir modules {module}`"
    )]
    Component {
        /// The file.
        module: String,
    },
    /// Neither version 1 of a core module nor a component.
    #[error(
        "failed to read module {module}: wasm version {version:#x} is unknown, core modules have version 0x1"
    )]
    UnknownVersion {
        /// The file.
        module: String,
        /// The four bytes after the magic number.
        version: u32,
    },
    /// The file ends inside a section.
    #[error(
        "failed to read module {module}: it is cut off after {size} bytes, {missing} or more are missing from the \
         {section} section at offset {offset:#x}: build or download it again"
    )]
    Truncated {
        /// The file.
        module: String,
        /// Its size.
        size: usize,
        /// The section that it ends in.
        section: &'static str,
        /// Where that section begins.
        offset: usize,
        /// How many bytes are missing there.
        missing: usize,
    },
    /// The module breaks the rules of the format.
    #[error("failed to read module {module}: invalid at offset {offset:#x}: {message}")]
    Invalid {
        /// The file.
        module: String,
        /// Where.
        offset: usize,
        /// The rule that is broken.
        message: String,
    },
    /// The first form of exception handling, which engines outside of browsers never took.
    #[error(
        "failed to read module {module}: it uses legacy exceptions at offset {offset:#x}: build with \
         `-mllvm -wasm-use-legacy-eh=false`, or translate it with `wasm-opt --translate-to-exnref`"
    )]
    LegacyExceptions {
        /// The file.
        module: String,
        /// The first such instruction.
        offset: usize,
    },
    /// A memory that threads share.
    #[error(
        "failed to read module {module}: it has a shared memory, and memgate cannot yet measure threads: build \
         without them (`-pthread`, `-matomics`, `target-feature=+atomics`)"
    )]
    SharedMemory {
        /// The file.
        module: String,
    },
}

impl ModuleError {
    pub(super) fn invalid(module: &str, error: &wasmparser::Error) -> ModuleError {
        let (module, offset) = (module.to_owned(), error.offset());
        if error.missing_wasm_feature() == Some(wasmparser::WasmFeatures::LEGACY_EXCEPTIONS) {
            return ModuleError::LegacyExceptions { module, offset };
        }
        ModuleError::Invalid {
            module,
            offset,
            message: error.message().to_owned(),
        }
    }
}

/// The system's words, without its error number where the case is a plain one.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
