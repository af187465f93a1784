//! The host of an instrumented instance, as far as its books go: the gate's own, without a world and a story around it.

use std::sync::{Arc, Mutex};

use wasmtime::{Caller, Extern, Func, Instance, Store, StoreLimits, Val, WasmBacktrace};

use crate::instrument::{
    EXPORT_BORDER, EXPORT_CONTEXT, EXPORT_CURSOR, EXPORT_INSIDE, EXPORT_LOG, IMPORT_FIRST_SIGHT,
    IMPORT_FLUSH, IMPORT_FOLD, Instrumented, RECURSES, decode,
};
use crate::module::CodeFrame;
use crate::run::{Sights, original_stack};

/// What the host keeps for a store, which may hold several instances.
pub(super) struct Host {
    pub(super) limits: StoreLimits,
    /// What the logs said that were drained.
    pub(super) events: u64,
    /// How often a calling context was new.
    pub(super) sights: u64,
}

impl Host {
    pub(super) fn new(limits: StoreLimits) -> Host {
        Host {
            limits,
            events: 0,
            sights: 0,
        }
    }
}

/// A store whose guests end by themselves.
pub(super) fn store(engine: &wasmtime::Engine, limits: StoreLimits) -> Store<Host> {
    let mut store = Store::new(engine, Host::new(limits));
    store.limiter(|host| &mut host.limits);
    store.set_epoch_deadline(u64::MAX);
    store
}

/// Makes ready for a call of an export: from a clean context, whatever a trap left behind.
pub(super) fn enter(store: &mut Store<Host>, instance: &Instance) {
    for (register, zero) in [
        (EXPORT_CONTEXT, Val::I64(0)),
        (EXPORT_BORDER, Val::I64(0)),
        (EXPORT_INSIDE, Val::I32(0)),
    ] {
        if let Some(global) = instance.get_global(&mut *store, register) {
            let set = global.set(&mut *store, zero);
            set.expect("the books are mutable");
        }
    }
}

/// The functions that one instance of an instrumented module imports.
pub(super) fn functions(
    store: &mut Store<Host>,
    instrumented: &Arc<Instrumented>,
) -> [(&'static str, Func); 3] {
    let of_flush = instrumented.clone();
    let flush = move |mut caller: Caller<'_, Host>| drain(&mut caller, &of_flush);
    let books = Arc::new((instrumented.clone(), Mutex::new(Sights::default())));
    let of_fold = Arc::clone(&books);
    let first_sight = move |mut caller: Caller<'_, Host>, folded: i32| {
        let stack = look(&mut caller, &books)?;
        caller.data_mut().sights += 1;
        let mut sights = books.1.lock().expect("a store has one thread");
        Ok(sights.see(&stack, folded != 0).site + 1)
    };
    let fold = move |mut caller: Caller<'_, Host>, context: i64| {
        let stack = look(&mut caller, &of_fold)?;
        let mut sights = of_fold.1.lock().expect("a store has one thread");
        Ok(sights.fold(&stack, context))
    };
    [
        (IMPORT_FLUSH, Func::wrap(&mut *store, flush)),
        (IMPORT_FIRST_SIGHT, Func::wrap(&mut *store, first_sight)),
        (IMPORT_FOLD, Func::wrap(&mut *store, fold)),
    ]
}

fn drain(caller: &mut Caller<'_, Host>, instrumented: &Instrumented) -> wasmtime::Result<()> {
    let log = export(caller, EXPORT_LOG).into_memory().expect("a memory");
    let cursor = export(caller, EXPORT_CURSOR)
        .into_global()
        .expect("a global");
    let layout = instrumented.layout;
    let end = cursor.get(&mut *caller).unwrap_i32().cast_unsigned();
    let records = &log.data(&*caller)[layout.records as usize..end as usize];
    let events = decode(layout.width, records).count() as u64;
    caller.data_mut().events += events;
    cursor.set(caller, Val::I32(layout.records.cast_signed()))
}

fn look(
    caller: &mut Caller<'_, Host>,
    (instrumented, sights): &(Arc<Instrumented>, Mutex<Sights>),
) -> wasmtime::Result<Vec<CodeFrame>> {
    let stack = original_stack(&WasmBacktrace::force_capture(&*caller), instrumented);
    let log = export(caller, EXPORT_LOG).into_memory().expect("a memory");
    let mut sights = sights.lock().expect("a store has one thread");
    for function in sights.recursing(&stack, &instrumented.recursion) {
        let word = instrumented.recursion[&function] as usize;
        log.write(&mut *caller, word, &RECURSES.to_le_bytes())?;
    }
    Ok(stack)
}

fn export(caller: &mut Caller<'_, Host>, name: &str) -> Extern {
    caller
        .get_export(name)
        .expect("an instrumented module exports its books")
}
