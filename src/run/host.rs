//! What a host of the user's own gives to a module, besides WASI.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A number that passes between host and guest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// An `i32`; addresses and sizes are unsigned ones.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// An `f32`.
    F32(f32),
    /// An `f64`.
    F64(f64),
}

impl Value {
    /// The value as an address or a size in the guest's memory; none for a float.
    pub fn address(self) -> Option<usize> {
        match self {
            Value::I32(value) => usize::try_from(value.cast_unsigned()).ok(),
            Value::I64(value) => usize::try_from(value.cast_unsigned()).ok(),
            Value::F32(_) | Value::F64(_) => None,
        }
    }
}

macro_rules! from_number {
    ($($number:ty => $kind:ident),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Value {
                Value::$kind(number)
            }
        }
    )*};
}

from_number!(i32 => I32, i64 => I64, f32 => F32, f64 => F64);

/// Why a function of the host did not come to its end. The guest is stopped then, as by a trap, and the text is told.
pub type HostError = Box<dyn Error + Send + Sync>;

/// The guest, as a function of the host meets it that it has called.
pub trait HostedGuest {
    /// The guest's linear memory.
    ///
    /// # Errors
    ///
    /// When the module has none, or is still being started.
    fn memory(&mut self) -> Result<&mut [u8], HostError>;

    /// Calls an export back. What it allocates counts as always, with the stack that led to the host and on from there.
    ///
    /// # Errors
    ///
    /// When there is no such export, when the arguments do not fit it, or when it traps.
    fn call(&mut self, export: &str, arguments: &[Value]) -> Result<Vec<Value>, HostError>;

    /// Virtual time since the instance was started. The clock on the wall would make two runs differ.
    fn now(&self) -> Duration;
}

type Function =
    Arc<dyn Fn(&mut dyn HostedGuest, &[Value]) -> Result<Vec<Value>, HostError> + Send + Sync>;

/// Functions for one instance, by the names by which the module imports them.
#[derive(Clone, Default)]
pub struct Imports(Vec<(String, Function)>);

impl Imports {
    /// None so far.
    pub fn new() -> Imports {
        Imports::default()
    }

    /// Adds a function, by `module.name`. It gets the arguments, and what it returns must fit the signature by which the module
    /// imports it. Modules that do not import it never see it. Of two with one name the later one counts.
    ///
    /// What it keeps from call to call belongs to the closure, behind a lock or an atomic number.
    pub fn function(
        mut self,
        import: impl Into<String>,
        function: impl Fn(&mut dyn HostedGuest, &[Value]) -> Result<Vec<Value>, HostError>
        + Send
        + Sync
        + 'static,
    ) -> Imports {
        self.0.push((import.into(), Arc::new(function)));
        self
    }

    pub(super) fn find(&self, import: &str) -> Option<Function> {
        let mut latest = self.0.iter().rev();
        let found = latest.find(|(name, _)| name == import);
        found.map(|(_, function)| function.clone())
    }
}

impl fmt::Debug for Imports {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

/// Makes the functions anew for each instance, so that what one run left behind does not show in the next.
#[derive(Clone)]
pub struct Host(Arc<dyn Fn() -> Imports + Send + Sync>);

impl Host {
    /// A host that gives each instance what `imports` returns.
    pub fn new(imports: impl Fn() -> Imports + Send + Sync + 'static) -> Host {
        Host(Arc::new(imports))
    }

    pub(super) fn imports(&self) -> Imports {
        (self.0)()
    }
}

impl Default for Host {
    /// A host that gives nothing.
    fn default() -> Host {
        Host::new(Imports::new)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_tuple("Host")
            .field(&self.imports())
            .finish()
    }
}
