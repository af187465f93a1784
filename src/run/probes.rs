//! Probes: numbers that the module tells of itself, read at the marks.

mod json;

use wasmtime::{
    AsContext, AsContextMut, Extern, Func, Global, Instance, Memory, Mutability, Val, ValType,
};

use super::ending::original_stack;
use super::error::{did_you_mean, listed};
use super::guest::{State, call};
use super::observer::{MarkKind, Observer};
use super::value;
use crate::module::CodeFrame;
use crate::suite::{Base, Call, Number, Probe, ProbeSource, StringForm, format_exact_bytes};

/// What the probes of a scenario read at a mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The mark: the baseline, the start of the idle time, its end, or the end of the story.
    pub mark: MarkKind,
    /// The values, in the order of the probes, each in its unit.
    pub values: Vec<f64>,
}

/// A probe cannot be read: the suite and the module do not fit together, or the module returned rubbish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the probe `{probe}` {cause}")]
pub struct ProbeError {
    /// The probe's name.
    pub probe: String,
    /// What is wrong, and what would be right.
    pub cause: String,
    /// The guest's stack where it trapped, innermost first.
    pub stack: Vec<CodeFrame>,
}

/// The probes of one instance, and what they have read.
#[derive(Default)]
pub(super) struct Probes {
    wanted: Vec<Probe>,
    /// Where they are read, once there is an instance.
    places: Vec<Place>,
    pub(super) readings: Vec<Reading>,
}

/// Where a probe is read.
#[derive(Clone)]
enum Place {
    Call(Callee),
    Global(Global),
    Memory {
        memory: Memory,
        address: u64,
        number: Number,
    },
}

/// An export that returns a number, or JSON in which it stands.
#[derive(Clone)]
struct Callee {
    export: String,
    function: Func,
    arguments: Vec<Val>,
    results: usize,
    field: Vec<String>,
    string: Option<StringForm>,
    memory: Option<Memory>,
}

impl Probes {
    pub(super) fn new(probes: &[Probe]) -> Probes {
        Probes {
            wanted: probes.to_vec(),
            ..Probes::default()
        }
    }

    /// Finds in the instance what the probes read; `memory` is its linear memory.
    pub(super) fn find(
        &mut self,
        mut store: impl AsContextMut,
        instance: &Instance,
        memory: Option<Memory>,
    ) -> Result<(), ProbeError> {
        self.places = self
            .wanted
            .iter()
            .map(|probe| place(probe, &mut store, instance, memory).map_err(of(probe)))
            .collect::<Result<_, _>>()?;
        Ok(())
    }
}

fn of(probe: &Probe) -> impl Fn(String) -> ProbeError {
    |cause| ProbeError {
        probe: probe.name.clone(),
        cause,
        stack: Vec::new(),
    }
}

/// Whether probes are read at that mark: the cycles have figures enough, and a probe that allocates would be one of them.
pub(super) fn are_read_at(mark: MarkKind) -> bool {
    !matches!(mark, MarkKind::Cycle(_) | MarkKind::Idle(_))
}

/// Reads all probes; their values are kept with the mark, if there is one.
///
/// A call into the guest comes after the mark was taken, so that what it allocates counts as what comes next does.
pub(super) fn read<O: Observer + 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
    mark: Option<MarkKind>,
) -> wasmtime::Result<()> {
    let count = store.as_context().data().probes.places.len();
    let mut values = Vec::with_capacity(count);
    for index in 0..count {
        let place = store.as_context().data().probes.places[index].clone();
        let value = place.read(store).map_err(|wrong| {
            let state = store.as_context().data();
            ProbeError {
                probe: state.probes.wanted[index].name.clone(),
                cause: wrong.cause,
                stack: wrong.stack,
            }
        })?;
        values.push(value);
    }
    if let Some(mark) = mark.filter(|_| count > 0) {
        let mut context = store.as_context_mut();
        let readings = &mut context.data_mut().probes.readings;
        readings.push(Reading { mark, values });
    }
    Ok(())
}

fn place(
    probe: &Probe,
    store: &mut impl AsContextMut,
    instance: &Instance,
    memory: Option<Memory>,
) -> Result<Place, String> {
    match &probe.source {
        ProbeSource::Call {
            call,
            field,
            string,
        } => {
            let string = (!field.is_empty()).then_some(*string);
            callee(call, field, string, store, instance, memory).map(Place::Call)
        }
        ProbeSource::Global(name) => mutable_global(name, store, instance).map(Place::Global),
        ProbeSource::Memory {
            base,
            index,
            number,
        } => {
            let memory = memory.ok_or("reads memory, and the module has none")?;
            let base = match base {
                Base::Address(address) => *address,
                Base::Export(name) => address_in(name, store, instance)?,
            };
            let offset = u64::from(*index) * u64::from(number.bytes());
            Ok(Place::Memory {
                memory,
                address: base.saturating_add(offset),
                number: *number,
            })
        }
    }
}

/// `string` says whether it returns a string, and in which form if the suite knows.
fn callee(
    call: &Call,
    field: &[String],
    string: Option<Option<StringForm>>,
    store: &mut impl AsContextMut,
    instance: &Instance,
    memory: Option<Memory>,
) -> Result<Callee, String> {
    let name = &call.export;
    let Some(function) = instance.get_func(&mut *store, name) else {
        let functions = exports(store, instance, |export| matches!(export, Extern::Func(_)));
        return Err(format!(
            "calls `{name}`, and the module exports no such function{}\nit exports: {}",
            did_you_mean(name, &functions),
            listed(&functions, "functions")
        ));
    };
    let signature = function.ty(&*store);
    let arguments = value::arguments(call, &signature, |_| None)
        .map_err(|error| format!("cannot be called: {error}"))?;
    let results: Vec<ValType> = signature.results().collect();
    let string = match string {
        None if is_number(&results) => None,
        None => return Err(no_number(name, &results)),
        Some(form) => {
            let is_memory64 = memory.is_some_and(|memory| memory.ty(&*store).is_64());
            Some(json::form(name, form, &results, is_memory64)?)
        }
    };
    Ok(Callee {
        export: name.clone(),
        function,
        arguments,
        results: results.len(),
        field: field.to_vec(),
        string,
        memory,
    })
}

fn is_number(results: &[ValType]) -> bool {
    use ValType::{F32, F64, I32, I64};
    matches!(results, [I32 | I64 | F32 | F64])
}

fn no_number(export: &str, results: &[ValType]) -> String {
    if results.is_empty() {
        return format!(
            "calls `{export}`, which returns nothing\na probe is the number that an export returns"
        );
    }
    let types: Vec<String> = results.iter().map(ToString::to_string).collect();
    format!(
        "calls `{export}`, which returns ({}) and not one number\nwhere it returns a string of JSON, say which `field` of it is meant",
        types.join(", ")
    )
}

fn mutable_global(
    name: &str,
    store: &mut impl AsContextMut,
    instance: &Instance,
) -> Result<Global, String> {
    let global = exported_global(name, store, instance)?;
    let kind = global.ty(&*store);
    if kind.mutability() == Mutability::Const {
        return Err(format!(
            "reads the global `{name}`, which never changes\nof a static, linkers export the address: read what lies there with `memory: {name}`"
        ));
    }
    if is_number(&[kind.content().clone()]) {
        Ok(global)
    } else {
        Err(format!(
            "reads the global `{name}`, which is no number but {}",
            kind.content()
        ))
    }
}

/// The address that an exported global holds.
pub(super) fn address_in(
    name: &str,
    store: &mut impl AsContextMut,
    instance: &Instance,
) -> Result<u64, String> {
    match exported_global(name, store, instance)?.get(&mut *store) {
        Val::I32(address) => Ok(u64::from(address.cast_unsigned())),
        Val::I64(address) => Ok(address.cast_unsigned()),
        _ => Err(format!("names the global `{name}`, which holds no address")),
    }
}

fn exported_global(
    name: &str,
    store: &mut impl AsContextMut,
    instance: &Instance,
) -> Result<Global, String> {
    instance.get_global(&mut *store, name).ok_or_else(|| {
        let globals = exports(store, instance, |export| {
            matches!(export, Extern::Global(_))
        });
        format!(
            "names the global `{name}`, and the module exports none of that name{}\nit exports: {}",
            did_you_mean(name, &globals),
            listed(&globals, "globals")
        )
    })
}

/// The names of some exports, but for those that the rewrite added.
fn exports(
    store: &mut impl AsContextMut,
    instance: &Instance,
    is_meant: impl Fn(&Extern) -> bool,
) -> Vec<String> {
    let named = instance.exports(store).map(|export| {
        let name = export.name().to_owned();
        (name, export.into_extern())
    });
    let mut names: Vec<String> = named
        .filter(|(name, export)| is_meant(export) && !name.starts_with("memgate."))
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names
}

/// Why a probe could not be read.
struct Wrong {
    cause: String,
    stack: Vec<CodeFrame>,
}

impl From<String> for Wrong {
    fn from(cause: String) -> Wrong {
        Wrong {
            cause,
            stack: Vec::new(),
        }
    }
}

impl Place {
    fn read<O: Observer + 'static>(
        &self,
        store: &mut impl AsContextMut<Data = State<O>>,
    ) -> Result<f64, Wrong> {
        let (what, value) = match self {
            Place::Call(callee) => (format!("`{}` returned", callee.export), callee.read(store)?),
            Place::Global(global) => ("its global is".into(), number(&global.get(&mut *store))),
            Place::Memory {
                memory,
                address,
                number,
            } => {
                let value = entry(memory.data(&*store), *address, *number)?;
                (format!("at {address:#x} lies"), value)
            }
        };
        if value.is_finite() {
            Ok(value)
        } else {
            Err(format!("read no number that could be compared: {what} {value}").into())
        }
    }
}

impl Callee {
    fn read<O: Observer + 'static>(
        &self,
        store: &mut impl AsContextMut<Data = State<O>>,
    ) -> Result<f64, Wrong> {
        let results = call(store, self.function, &self.arguments, self.results)
            .map_err(|error| self.trapped(&error, store.as_context().data()))?;
        let Some(form) = self.string else {
            return Ok(number(&results[0]));
        };
        let memory = self.memory.map(|memory| memory.data(&*store));
        let value = json::read(form, &results, memory.unwrap_or_default(), &self.field);
        value.map_err(|cause| format!("calls `{}`, {cause}", self.export).into())
    }

    fn trapped<O>(&self, error: &wasmtime::Error, state: &State<O>) -> Wrong {
        let stack = error
            .downcast_ref()
            .map(|backtrace| original_stack(backtrace, state.instrumented()))
            .unwrap_or_default();
        let reason = error.root_cause().to_string();
        let reason = reason.trim_start_matches("wasm trap: ");
        Wrong {
            cause: format!("calls `{}`, which trapped: {reason}", self.export),
            stack,
        }
    }
}

/// A number of wasm's. Its integers have no sign, and what a probe counts is seldom negative.
fn number(value: &Val) -> f64 {
    match value {
        Val::I32(value) => f64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned() as f64,
        Val::F32(bits) => f64::from(f32::from_bits(*bits)),
        Val::F64(bits) => f64::from_bits(*bits),
        _ => f64::NAN,
    }
}

fn entry(memory: &[u8], address: u64, number: Number) -> Result<f64, String> {
    let bytes = usize::try_from(address)
        .ok()
        .and_then(|start| memory.get(start..start.checked_add(number.bytes() as usize)?));
    let Some(bytes) = bytes else {
        return Err(format!(
            "reads memory at {address:#x}, beyond its {}",
            format_exact_bytes(memory.len() as f64)
        ));
    };
    let mut whole = [0; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    let bits = u64::from_le_bytes(whole);
    // Narrower numbers are the lower bits.
    Ok(match number {
        Number::U8 | Number::U16 | Number::U32 | Number::U64 => bits as f64,
        Number::I32 => f64::from(bits as u32 as i32),
        Number::I64 => bits.cast_signed() as f64,
        Number::F32 => f64::from(f32::from_bits(bits as u32)),
        Number::F64 => f64::from_bits(bits),
    })
}
