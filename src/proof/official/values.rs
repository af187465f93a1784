//! Arguments and expected results as scripts write them.

use wasmtime::{AnyRef, ExternRef, FuncType, Rooted, Store, Val};
use wast::WastArg;
use wast::core::{NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};

use crate::proof::host::Host;

/// None where an argument is of a kind that has no value here.
pub(super) fn arguments(
    store: &mut Store<Host>,
    arguments: &[WastArg<'_>],
    signature: &FuncType,
) -> Option<Vec<Val>> {
    arguments
        .iter()
        .zip(signature.params())
        .map(|(argument, ty)| {
            let WastArg::Core(argument) = argument else {
                return None;
            };
            Some(match argument {
                WastArgCore::I32(value) => Val::I32(*value),
                WastArgCore::I64(value) => Val::I64(*value),
                WastArgCore::F32(value) => Val::F32(value.bits),
                WastArgCore::F64(value) => Val::F64(value.bits),
                WastArgCore::V128(value) => {
                    Val::V128(u128::from_le_bytes(value.to_le_bytes()).into())
                }
                WastArgCore::RefNull(_) => Val::null_ref(ty.as_ref()?.heap_type()),
                WastArgCore::RefExtern(value) => {
                    Val::ExternRef(Some(ExternRef::new(&mut *store, *value).ok()?))
                }
                WastArgCore::RefHost(value) => {
                    let foreign = ExternRef::new(&mut *store, *value).ok()?;
                    Val::AnyRef(Some(AnyRef::convert_extern(&mut *store, foreign).ok()?))
                }
            })
        })
        .collect()
}

/// Whether a result is what the script expects.
pub(super) fn is_expected(
    store: &mut Store<Host>,
    value: &Val,
    expected: &WastRetCore<'_>,
) -> bool {
    match (value, expected) {
        (_, WastRetCore::Either(choices)) => choices
            .iter()
            .any(|choice| is_expected(store, value, choice)),
        (Val::I32(value), WastRetCore::I32(expected)) => value == expected,
        (Val::I64(value), WastRetCore::I64(expected)) => value == expected,
        (Val::F32(bits), WastRetCore::F32(expected)) => is_f32(*bits, expected),
        (Val::F64(bits), WastRetCore::F64(expected)) => is_f64(*bits, expected),
        (Val::V128(value), WastRetCore::V128(expected)) => is_v128(value.as_u128(), expected),
        (value, WastRetCore::RefNull(_)) => value.ref_().is_some_and(|value| value.is_null()),
        (Val::ExternRef(Some(value)), WastRetCore::RefExtern(expected)) => {
            expected.is_none_or(|expected| foreign(store, *value) == Some(expected))
        }
        (Val::AnyRef(Some(value)), WastRetCore::RefHost(expected)) => {
            let converted = ExternRef::convert_any(&mut *store, *value);
            converted.is_ok_and(|value| foreign(store, value) == Some(*expected))
        }
        (Val::FuncRef(Some(_)), WastRetCore::RefFunc(_)) => true,
        (Val::AnyRef(Some(value)), expected) => is_any(store, *value, expected),
        _ => false,
    }
}

fn foreign(store: &Store<Host>, value: Rooted<ExternRef>) -> Option<u32> {
    value.data(store).ok()??.downcast_ref().copied()
}

fn is_any(store: &Store<Host>, value: Rooted<AnyRef>, expected: &WastRetCore<'_>) -> bool {
    let is = match expected {
        WastRetCore::RefAny => Ok(true),
        WastRetCore::RefEq => value.is_eqref(store),
        WastRetCore::RefArray => value.is_array(store),
        WastRetCore::RefStruct => value.is_struct(store),
        WastRetCore::RefI31 => value.is_i31(store),
        _ => Ok(false),
    };
    is.unwrap_or(false)
}

fn is_f32(bits: u32, expected: &NanPattern<F32>) -> bool {
    const CANONICAL: u32 = 0x7fc0_0000;
    match expected {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff == CANONICAL,
        NanPattern::ArithmeticNan => bits & CANONICAL == CANONICAL,
        NanPattern::Value(expected) => bits == expected.bits,
    }
}

fn is_f64(bits: u64, expected: &NanPattern<F64>) -> bool {
    const CANONICAL: u64 = 0x7ff8_0000_0000_0000;
    match expected {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff_ffff_ffff == CANONICAL,
        NanPattern::ArithmeticNan => bits & CANONICAL == CANONICAL,
        NanPattern::Value(expected) => bits == expected.bits,
    }
}

fn is_v128(value: u128, expected: &V128Pattern) -> bool {
    let lane = |index: usize, bits: usize| (value >> (index * bits)) as u64;
    match expected {
        V128Pattern::I8x16(lanes) => {
            are(lanes, |index, expected| lane(index, 8) as i8 == *expected)
        }
        V128Pattern::I16x8(lanes) => {
            are(lanes, |index, expected| lane(index, 16) as i16 == *expected)
        }
        V128Pattern::I32x4(lanes) => {
            are(lanes, |index, expected| lane(index, 32) as i32 == *expected)
        }
        V128Pattern::I64x2(lanes) => {
            are(lanes, |index, expected| lane(index, 64) as i64 == *expected)
        }
        V128Pattern::F32x4(lanes) => are(lanes, |index, expected| {
            is_f32(lane(index, 32) as u32, expected)
        }),
        V128Pattern::F64x2(lanes) => {
            are(lanes, |index, expected| is_f64(lane(index, 64), expected))
        }
    }
}

fn are<T>(lanes: &[T], is: impl Fn(usize, &T) -> bool) -> bool {
    lanes
        .iter()
        .enumerate()
        .all(|(index, lane)| is(index, lane))
}
