//! One instance of a module, plain or instrumented: calling it, and what can be seen of it, in words.

use wasmtime::{
    AsContext, Engine, Extern, Func, Instance, Linker, Ref, Store, StoreLimitsBuilder, Trap, Val,
    ValType,
};

use super::host::{self, Host};
use crate::instrument::IMPORT_MODULE;
use crate::splitmix;

/// Bytes that each memory may grow to.
const MEMORY_BYTES: usize = 16 << 20;
/// Elements that each table may grow to.
const TABLE_ELEMENTS: usize = 100_000;

/// The functions that an instance gets from its host under the books' name.
pub(super) type Imports<'a> = &'a dyn Fn(&mut Store<Host>) -> Vec<(&'static str, Func)>;

/// What one action came to: its results in words, or the word for how it failed.
pub(super) type Outcome = Result<Vec<String>, String>;

/// One instance and its store.
pub(super) struct Side {
    pub(super) store: Store<Host>,
    instance: Instance,
}

impl Side {
    pub(super) fn start(
        engine: &Engine,
        module: &wasmtime::Module,
        imports: Imports<'_>,
    ) -> Result<Side, String> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_BYTES)
            .table_elements(TABLE_ELEMENTS);
        let mut store = host::store(engine, limits.build());
        let mut linker = Linker::new(engine);
        for (name, function) in imports(&mut store) {
            linker
                .define(&store, IMPORT_MODULE, name, function)
                .expect("a name is defined once");
        }
        let instance = linker
            .define_unknown_imports_as_default_values(&mut store, module)
            .and_then(|()| linker.instantiate(&mut store, module))
            .map_err(|error| word(&mut store, &error))?;
        Ok(Side { store, instance })
    }

    /// None where arguments of such types cannot be made up.
    pub(super) fn call(&mut self, name: &str, seed: u64) -> Option<Outcome> {
        let Extern::Func(function) = self.export(name) else {
            return None;
        };
        host::enter(&mut self.store, &self.instance);
        let signature = function.ty(&self.store);
        let mut state = seed;
        let arguments: Option<Vec<Val>> = signature
            .params()
            .map(|ty| argument(&ty, &mut state))
            .collect();
        let mut results = vec![Val::I32(0); signature.results().len()];
        let called = function.call(&mut self.store, &arguments?, &mut results);
        Some(match called {
            Ok(()) => Ok(results
                .iter()
                .map(|value| show(&self.store, value))
                .collect()),
            Err(error) => Err(word(&mut self.store, &error)),
        })
    }

    pub(super) fn export(&mut self, name: &str) -> Extern {
        self.instance
            .get_export(&mut self.store, name)
            .expect("the rewrite keeps all exports")
    }

    /// The state of a global or a table, the size of a memory.
    pub(super) fn show(&mut self, export: Extern) -> String {
        match export {
            Extern::Global(global) => {
                let value = global.get(&mut self.store);
                show(&self.store, &value)
            }
            Extern::Table(table) => {
                let size = table.size(&self.store);
                let nulls = (0..size).map(|index| match table.get(&mut self.store, index) {
                    Some(element) if element.is_null() => '.',
                    _ => '+',
                });
                nulls.collect()
            }
            Extern::Memory(memory) => format!("{} pages", memory.size(&self.store)),
            _ => String::new(),
        }
    }
}

/// The word for a failure that does not depend on where in the code it happened.
pub(super) fn word(store: &mut Store<Host>, error: &wasmtime::Error) -> String {
    if store.take_pending_exception().is_some() {
        return "exception".to_owned();
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => {
            let text = error.root_cause().to_string();
            // The engine names types by numbers that it gave them.
            let before = text.find(": expected type").unwrap_or(text.len());
            text[..before].to_owned()
        }
    }
}

/// References are told apart by what they are, since each store has its own.
pub(super) fn show(store: &Store<Host>, value: &Val) -> String {
    match value {
        Val::I32(value) => format!("i32 {value}"),
        Val::I64(value) => format!("i64 {value}"),
        Val::F32(bits) => format!("f32 {bits:#x}"),
        Val::F64(bits) => format!("f64 {bits:#x}"),
        Val::V128(value) => format!("v128 {:#x}", value.as_u128()),
        reference => match reference.ref_() {
            Some(reference) if reference.is_null() => "null".to_owned(),
            Some(Ref::Any(Some(any))) => match any.as_i31(store.as_context()) {
                Ok(Some(i31)) => format!("i31 {}", i31.get_u32()),
                _ => "any".to_owned(),
            },
            Some(Ref::Func(_)) => "func".to_owned(),
            Some(Ref::Extern(_)) => "extern".to_owned(),
            _ => "reference".to_owned(),
        },
    }
}

/// A value of that type: often one at which code takes another turn.
fn argument(ty: &ValType, state: &mut u64) -> Option<Val> {
    const TURNS: [u64; 8] = [0, 1, 2, 7, 16, 0xff, 0x8000_0000, u64::MAX];
    let mut next = || {
        let (number, after) = splitmix::next(*state);
        *state = after;
        number
    };
    let number = match next() {
        choice if choice % 4 == 0 => next(),
        choice => TURNS[(choice >> 32) as usize % TURNS.len()],
    };
    Some(match ty {
        ValType::I32 => Val::I32(number as i32),
        ValType::I64 => Val::I64(number as i64),
        ValType::F32 => Val::F32(number as u32),
        ValType::F64 => Val::F64(number),
        ValType::V128 => Val::V128((u128::from(number) << 64 | u128::from(next())).into()),
        ValType::Ref(ty) if ty.is_nullable() => Val::null_ref(ty.heap_type()),
        ValType::Ref(_) => return None,
    })
}
