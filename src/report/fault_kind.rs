//! The kinds of faults, by short names that stay.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares the kinds with their names, and the list of all.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal,)*) => {
        /// What kind of fault keeps the gate from a verdict. `memgate explain NAME` tells more of each.
        ///
        /// Names stay; new ones may come.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FaultKind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)*
        }

        impl FaultKind {
            /// All of them.
            pub const ALL: &[FaultKind] = &[$(FaultKind::$kind),*];

            /// The name in reports and on the command line.
            pub const fn name(self) -> &'static str {
                match self {
                    $(FaultKind::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// No path leads to a suite.
    NoSuite "no-suite",
    /// A filter matches no scenario.
    NoScenario "no-scenario",
    /// A suite file is wrong.
    Suite "suite",
    /// The command that builds a module failed.
    BuildFailed "build-failed",
    /// A module's file cannot be read.
    ModuleUnreadable "module-unreadable",
    /// A module's file is empty.
    ModuleEmpty "module-empty",
    /// A module's file ends too early.
    ModuleTruncated "module-truncated",
    /// A module's file is too large.
    ModuleTooLarge "module-too-large",
    /// A file is something other than wasm.
    NotWasm "not-wasm",
    /// A component in place of a core module.
    Component "component",
    /// An unknown version of wasm.
    WasmVersion "wasm-version",
    /// A module breaks the rules of the format.
    ModuleInvalid "module-invalid",
    /// A module uses the first form of exception handling.
    LegacyExceptions "legacy-exceptions",
    /// A module shares its memory between threads.
    SharedMemory "shared-memory",
    /// Nothing in a module is known to allocate.
    NoAllocator "no-allocator",
    /// What a suite says of an allocator cannot be true.
    NamedAllocator "named-allocator",
    /// A module went through memgate before.
    AlreadyInstrumented "already-instrumented",
    /// A module's code cannot be rewritten.
    CodeUnreadable "code-unreadable",
    /// The engine does not compile the module.
    CompileFailed "compile-failed",
    /// The engine cannot be set up.
    EngineFailed "engine-failed",
    /// The instance cannot be made.
    InstantiateFailed "instantiate-failed",
    /// A module imports what nobody provides.
    UnknownImport "unknown-import",
    /// What is provided does not fit what the module imports.
    WrongImports "wrong-imports",
    /// A step calls what the module does not export.
    UnknownExport "unknown-export",
    /// A step gives more or fewer arguments than the function takes.
    ArgumentCount "argument-count",
    /// A step's arguments do not fit the function.
    WrongArguments "wrong-arguments",
    /// A step keeps a result where there is none.
    NothingToKeep "nothing-to-keep",
    /// A module without `_start` is to be run.
    NotACommand "not-a-command",
    /// A command ended before a mark.
    MarkNotReached "mark-not-reached",
    /// The guest's files cannot be laid out.
    GuestFiles "guest-files",
    /// The sites that a compiler numbered cannot be read.
    CompilerSites "compiler-sites",
    /// A compiler's counter came to its end.
    CountersStopped "counters-stopped",
    /// A probe reads no number.
    Probe "probe",
    /// The guest trapped.
    Trap "trap",
    /// The guest's stack overflowed.
    StackOverflow "stack-overflow",
    /// The guest exited with another code, or where it must not.
    GuestExit "guest-exit",
    /// The guest asked for more memory than it may have.
    OutOfMemory "out-of-memory",
    /// The scenario took longer than it may.
    Timeout "timeout",
    /// No allocation was seen.
    NothingAllocated "nothing-allocated",
    /// A threshold has nothing to be held against.
    MetricNotMeasured "metric-not-measured",
    /// Nothing counts the host's heap.
    HostHeapNotCounted "host-heap-not-counted",
    /// An allowance matches everything.
    AllowanceTooBroad "allowance-too-broad",
    /// Accepted numbers were changed by hand.
    NumbersNotTrusted "numbers-not-trusted",
    /// A snapshot cannot be written.
    SnapshotUnwritable "snapshot-unwritable",
    /// The same story went two ways: a fault of memgate's own.
    NotReproducible "not-reproducible",
    /// The report cannot be written.
    ReportUnwritable "report-unwritable",
    /// A saved report cannot be read.
    ReportUnreadable "report-unreadable",
}

impl fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_have_the_names() {
        for kind in FaultKind::ALL {
            let json = serde_json::to_value(kind).expect("a name is a JSON value");
            assert_eq!(json, kind.name());
        }
    }
}
