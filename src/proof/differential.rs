//! One module, plain and instrumented, in two stores: every export is called in both, and everything that can be seen is held
//! against each other after each call.

use std::fmt;
use std::sync::Arc;

use wasmtime::{Engine, Extern, ExternType, Trap};

use super::host;
use super::side::{Imports, Outcome, Side};
use crate::instrument::{Instrumented, instrument_with};
use crate::module::{Allocator, Module};

/// What was compared, so that a proof of nothing is seen to be one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Modules that the engine takes.
    pub modules: u64,
    /// Modules that could be instantiated.
    pub instantiated: u64,
    /// Calls of exports.
    pub calls: u64,
    /// Calls that returned.
    pub returned: u64,
    /// Calls that ran out of stack on one side: frames of another size are no difference of the module's.
    pub overflowed: u64,
    /// Calling contexts that the books met.
    pub sights: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.modules += other.modules;
        self.instantiated += other.instantiated;
        self.calls += other.calls;
        self.returned += other.returned;
        self.overflowed += other.overflowed;
        self.sights += other.sights;
    }
}

/// What the rewrite changed, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference(String);

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs a module plain and instrumented: equal results, equal memories, equal traps. What the engine does not take is not
/// compared.
///
/// # Errors
///
/// What differs, where something does.
pub(super) fn compare(
    engine: &Engine,
    wasm: &[u8],
    allocators: impl FnOnce(&Module) -> Vec<Allocator>,
    seed: u64,
) -> Result<Tally, Difference> {
    let Ok(plain) = wasmtime::Module::new(engine, wasm) else {
        return Ok(Tally::default());
    };
    let refused = |what: &str, error: String| Difference(format!("{what}: {error}"));
    let module = Module::parse("module", wasm.to_vec())
        .map_err(|error| refused("the engine takes it, memgate does not", error.to_string()))?;
    let instrumented = instrument_with(&module, allocators(&module))
        .map_err(|error| refused("it cannot be instrumented", error.to_string()))?;
    compare_with(engine, &plain, instrumented, seed)
}

fn compare_with(
    engine: &Engine,
    plain: &wasmtime::Module,
    instrumented: Instrumented,
    seed: u64,
) -> Result<Tally, Difference> {
    let rewritten = wasmtime::Module::new(engine, &instrumented.wasm)
        .map_err(|error| Difference(format!("the rewritten module is refused: {error:#}")))?;
    let instrumented = Arc::new(instrumented);
    let books: Imports<'_> = &|store| host::functions(store, &instrumented).to_vec();
    let mut calls = exported_functions(plain).into_iter().zip(seed..);
    let mut tally = Tally {
        modules: 1,
        ..Tally::default()
    };
    // A call that trapped may have used up what the module grants itself, so the next one begins with fresh instances.
    while let Some(mut pair) = Pair::start(engine, [plain, &rewritten], books, &mut tally)? {
        tally.instantiated = 1;
        let ended = pair.call_all(&mut calls, &mut tally)?;
        tally.sights += pair.right.store.data().sights;
        if ended {
            break;
        }
    }
    Ok(tally)
}

/// The same module twice: plain on the left, instrumented on the right.
struct Pair {
    /// What the plain module exports, which is what can be seen of both.
    names: Vec<String>,
    left: Side,
    right: Side,
}

impl Pair {
    /// None where neither can be instantiated.
    fn start(
        engine: &Engine,
        [plain, rewritten]: [&wasmtime::Module; 2],
        books: Imports<'_>,
        tally: &mut Tally,
    ) -> Result<Option<Pair>, Difference> {
        let left = Side::start(engine, plain, &|_| Vec::new());
        let right = Side::start(engine, rewritten, books);
        let (left, right) = match (left, right) {
            (Ok(left), Ok(right)) => (left, right),
            (left, right) => {
                let (left, right) = (left.map(|_| vec![]), right.map(|_| vec![]));
                compare_outcomes("instantiation", &left, &right, tally)?;
                return Ok(None);
            }
        };
        let names = plain
            .exports()
            .map(|export| export.name().to_owned())
            .collect();
        let mut pair = Pair { names, left, right };
        pair.compare_state("instantiation")?;
        Ok(Some(pair))
    }

    /// Calls one export after the other, up to one that fails; returns whether that was all.
    fn call_all(
        &mut self,
        calls: &mut impl Iterator<Item = (String, u64)>,
        tally: &mut Tally,
    ) -> Result<bool, Difference> {
        for (name, seed) in calls {
            let (Some(left), Some(right)) =
                (self.left.call(&name, seed), self.right.call(&name, seed))
            else {
                continue;
            };
            tally.calls += 1;
            if !compare_outcomes(&name, &left, &right, tally)? {
                return Ok(false);
            }
            self.compare_state(&name)?;
            if left.is_err() {
                return Ok(false);
            }
            tally.returned += 1;
        }
        Ok(true)
    }

    /// Memories, globals and tables, as far as they are exported.
    fn compare_state(&mut self, after: &str) -> Result<(), Difference> {
        for name in &self.names {
            let left = self.left.export(name);
            let right = self.right.export(name);
            if let (Extern::Memory(left), Extern::Memory(right)) = (&left, &right) {
                let left = left.data(&self.left.store);
                let right = right.data(&self.right.store);
                if left != right {
                    let what = format!("after {after:?}, memory {name:?}");
                    return Err(differ(
                        &what,
                        &describe(left, right),
                        &describe(right, left),
                    ));
                }
            }
            let left = self.left.show(left);
            let right = self.right.show(right);
            if left != right {
                return Err(differ(&format!("after {after:?}, {name:?}"), &left, &right));
            }
        }
        Ok(())
    }
}

/// Returns whether both may be compared further: the frames of instrumented code are larger, so that one side may run out of
/// stack where the other does not.
fn compare_outcomes(
    what: &str,
    left: &Outcome,
    right: &Outcome,
    tally: &mut Tally,
) -> Result<bool, Difference> {
    let overflow = Err(Trap::StackOverflow.to_string());
    if *left == overflow || *right == overflow {
        tally.overflowed += 1;
        return Ok(false);
    }
    if left == right {
        return Ok(true);
    }
    Err(differ(what, &format!("{left:?}"), &format!("{right:?}")))
}

fn differ(what: &str, plain: &str, instrumented: &str) -> Difference {
    Difference(format!(
        "{what}: {plain} plain, {instrumented} instrumented"
    ))
}

fn describe(bytes: &[u8], other: &[u8]) -> String {
    let at = bytes
        .iter()
        .zip(other)
        .position(|(one, other)| one != other);
    match at {
        Some(at) => format!("{:#x} at {at:#x}", bytes[at]),
        None => format!("{} bytes", bytes.len()),
    }
}

fn exported_functions(module: &wasmtime::Module) -> Vec<String> {
    module
        .exports()
        .filter(|export| matches!(export.ty(), ExternType::Func(_)))
        .map(|export| export.name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::proof::engine;

    const EVERYTHING: &str = r#"(module
        (memory (export "memory") 1)
        (global $global (export "global") (mut i32) (i32.const 0))
        (table $table (export "table") 2 funcref)
        (func (export "stores") (i32.store8 (i32.const 16) (i32.const 41)))
        (func (export "sets") (global.set $global (i32.const 42)))
        (func (export "grows") (drop (table.grow $table (ref.null func) (i32.const 43))))
        (func (export "returns") (result i32) (i32.const 44))
        (func (export "traps") (drop (i32.div_u (i32.const 1) (i32.const 45)))))"#;

    /// Compares with a rewritten module in which one constant is another.
    fn check(constant: u8, tampered: u8) -> String {
        let engine = engine();
        let wasm = wat::parse_str(EVERYTHING).expect("the text is a module");
        let plain = wasmtime::Module::new(&engine, &wasm).expect("the module is valid");
        let module = Module::parse("module", wasm).expect("the module is valid");
        let mut instrumented = instrument_with(&module, Vec::new()).expect("it can be rewritten");
        let mut places = instrumented.wasm.windows(2);
        let place = places.position(|bytes| bytes == [0x41, constant]);
        instrumented.wasm[place.expect("it is there") + 1] = tampered;
        match compare_with(&engine, &plain, instrumented, 0) {
            Ok(_) => "no difference".to_owned(),
            Err(difference) => difference.to_string(),
        }
    }

    #[test]
    fn every_kind_of_difference_is_seen() {
        assert_snapshot!(check(41, 41), @"no difference");
        assert_snapshot!(check(41, 40), @"after \"stores\", memory \"memory\": 0x29 at 0x10 plain, 0x28 at 0x10 instrumented");
        assert_snapshot!(check(42, 40), @"after \"sets\", \"global\": i32 42 plain, i32 40 instrumented");
        assert_snapshot!(check(43, 1), @r#"after "grows", "table": ............................................. plain, ... instrumented"#);
        assert_snapshot!(check(44, 40), @r#"returns: Ok(["i32 44"]) plain, Ok(["i32 40"]) instrumented"#);
        assert_snapshot!(check(45, 0), @r#"traps: Ok([]) plain, Err("wasm trap: integer divide by zero") instrumented"#);
    }
}
