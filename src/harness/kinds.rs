//! Which kind of fault an error is.

use crate::instrument::InstrumentError;
use crate::module::ModuleError;
use crate::report::FaultKind;
use crate::run::{Ending, RunError};

pub(crate) fn of_module(error: &ModuleError) -> FaultKind {
    match error {
        ModuleError::Unreadable { .. } => FaultKind::ModuleUnreadable,
        ModuleError::TooLarge { .. } => FaultKind::ModuleTooLarge,
        ModuleError::Empty { .. } => FaultKind::ModuleEmpty,
        ModuleError::NotWasm { .. } => FaultKind::NotWasm,
        ModuleError::Component { .. } => FaultKind::Component,
        ModuleError::UnknownVersion { .. } => FaultKind::WasmVersion,
        ModuleError::Truncated { .. } => FaultKind::ModuleTruncated,
        ModuleError::Invalid { .. } => FaultKind::ModuleInvalid,
        ModuleError::LegacyExceptions { .. } => FaultKind::LegacyExceptions,
        ModuleError::SharedMemory { .. } => FaultKind::SharedMemory,
    }
}

pub(crate) fn of_rewrite(error: &InstrumentError) -> FaultKind {
    match error {
        InstrumentError::NoAllocator(_) => FaultKind::NoAllocator,
        InstrumentError::AlreadyInstrumented => FaultKind::AlreadyInstrumented,
        InstrumentError::Malformed(_) => FaultKind::CodeUnreadable,
    }
}

pub(crate) fn of_run(error: &RunError) -> FaultKind {
    match error {
        RunError::Compile(_) => FaultKind::CompileFailed,
        RunError::Engine(_) => FaultKind::EngineFailed,
        RunError::UnknownImports(_) => FaultKind::UnknownImport,
        RunError::Imports(_) => FaultKind::WrongImports,
        RunError::Instantiate(_) => FaultKind::InstantiateFailed,
        RunError::UnknownExport { .. } => FaultKind::UnknownExport,
        RunError::ArgumentCount { .. } => FaultKind::ArgumentCount,
        RunError::WrongArguments { .. } => FaultKind::WrongArguments,
        RunError::NothingToKeep { .. } => FaultKind::NothingToKeep,
        RunError::NotACommand => FaultKind::NotACommand,
        RunError::MarkNotReached { .. } => FaultKind::MarkNotReached,
        RunError::World { .. } | RunError::OutsideWorld(_) => FaultKind::GuestFiles,
        RunError::Sites(_) => FaultKind::CompilerSites,
        RunError::Probe(_) => FaultKind::Probe,
    }
}

/// None of a story that came to its end.
pub(crate) fn of_ending(ending: &Ending) -> Option<FaultKind> {
    Some(match ending {
        Ending::Completed => return None,
        Ending::Exited { .. } => FaultKind::GuestExit,
        Ending::Trapped { .. } => FaultKind::Trap,
        Ending::StackOverflow { .. } => FaultKind::StackOverflow,
        Ending::OutOfMemory { .. } => FaultKind::OutOfMemory,
        Ending::TimedOut { .. } => FaultKind::Timeout,
    })
}
