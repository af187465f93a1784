//! Arguments and results of calls.

use wasmtime::{FuncType, Val, ValType};

use super::error::RunError;
use crate::suite::{Argument, Call};

/// Arguments of a call, typed by the function that takes them.
///
/// # Errors
///
/// When the number of arguments is wrong, or one of them is no value of its parameter's type.
pub(crate) fn arguments(
    call: &Call,
    function: &FuncType,
    kept: impl Fn(&str) -> Option<Val>,
) -> Result<Vec<Val>, RunError> {
    let export = call.export.clone();
    let parameters: Vec<String> = function.params().map(|kind| kind.to_string()).collect();
    let given: Vec<String> = call.args.iter().map(shown).collect();
    if given.len() != parameters.len() {
        return Err(RunError::ArgumentCount {
            export,
            parameters,
            given,
        });
    }
    let typed =
        call.args
            .iter()
            .zip(function.params())
            .map(|(argument, parameter)| match argument {
                Argument::Integer(integer) => number(*integer, &parameter),
                Argument::Float(float) => self::float(*float, &parameter),
                Argument::Kept(name) => kept_value(name, kept(name), &parameter),
            });
    typed
        .collect::<Result<_, _>>()
        .map_err(|cause| RunError::WrongArguments {
            export,
            parameters,
            given: given.join(", "),
            cause,
        })
}

/// Whether a call's arguments will fit, as far as that is known before any result is kept.
///
/// # Errors
///
/// As for [`arguments`].
pub(crate) fn check(call: &Call, function: &FuncType) -> Result<(), RunError> {
    let fits_anything = |index: usize| {
        function
            .params()
            .nth(index)
            .and_then(|parameter| Val::default_for_ty(&parameter))
    };
    let mut known = call.clone();
    for (index, argument) in known.args.iter_mut().enumerate() {
        if matches!(argument, Argument::Kept(_)) && fits_anything(index).is_some() {
            *argument = Argument::Integer(0);
        }
    }
    arguments(&known, function, |_| None).map(drop)
}

/// An integer's bits, as an address would be read from them; none of anything else.
pub(crate) fn bits(value: &Val) -> Option<u64> {
    match value {
        Val::I32(value) => Some(value.cast_unsigned().into()),
        Val::I64(value) => Some(value.cast_unsigned()),
        _ => None,
    }
}

/// A whole number as a value of that type, or why it is none.
pub(super) fn number(integer: i128, parameter: &ValType) -> Result<Val, String> {
    // Addresses and sizes are unsigned, most other things signed: wasm does not tell, so both are taken.
    let out_of_range = || format!("{integer} does not fit {}", with_article(parameter));
    match parameter {
        ValType::I32 => {
            let value =
                i32::try_from(integer).or_else(|_| u32::try_from(integer).map(u32::cast_signed));
            value.map(Val::I32).map_err(|_| out_of_range())
        }
        ValType::I64 => {
            let value =
                i64::try_from(integer).or_else(|_| u64::try_from(integer).map(u64::cast_signed));
            value.map(Val::I64).map_err(|_| out_of_range())
        }
        _ => float(integer as f64, parameter),
    }
}

/// A number as a value of that type, or why it is none.
pub(super) fn float(float: f64, parameter: &ValType) -> Result<Val, String> {
    match parameter {
        ValType::F32 => Ok(Val::F32((float as f32).to_bits())),
        ValType::F64 => Ok(Val::F64(float.to_bits())),
        ValType::I32 | ValType::I64 => Err(format!(
            "{float:?} has a fraction, and {} is a whole number",
            with_article(parameter)
        )),
        _ => Err(format!("a suite has no values of type {parameter}")),
    }
}

fn kept_value(name: &str, kept: Option<Val>, parameter: &ValType) -> Result<Val, String> {
    let value = kept.ok_or_else(|| format!("no step has kept `${name}` so far"))?;
    let fits = matches!(
        (&value, parameter),
        (Val::I32(_), ValType::I32)
            | (Val::I64(_), ValType::I64)
            | (Val::F32(_), ValType::F32)
            | (Val::F64(_), ValType::F64)
    );
    if fits {
        Ok(value)
    } else {
        let found = match value {
            Val::I32(_) => "an i32",
            Val::I64(_) => "an i64",
            Val::F32(_) => "an f32",
            Val::F64(_) => "an f64",
            Val::V128(_) => "a v128",
            _ => "a reference",
        };
        Err(format!("`${name}` is {found}"))
    }
}

/// "an i32", "a v128"
fn with_article(kind: &ValType) -> String {
    match kind {
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

fn shown(argument: &Argument) -> String {
    match argument {
        Argument::Integer(integer) => integer.to_string(),
        Argument::Float(float) => format!("{float:?}"),
        Argument::Kept(name) => format!("${name}"),
    }
}
