//! The books that an instrumented module keeps, and the functions that it calls for them.

use wasmtime::{AsContextMut, Caller, Extern, Global, Linker, Memory, Store, Val, WasmBacktrace};

use super::ending::original_stack;
use super::guest::State;
use super::observer::{Log, Observer};
use crate::instrument::{
    EXPORT_BORDER, EXPORT_CONTEXT, EXPORT_CURSOR, EXPORT_INSIDE, EXPORT_LOG, EXPORT_MEMORY,
    IMPORT_FIRST_SIGHT, IMPORT_FLUSH, IMPORT_FOLD, IMPORT_MODULE, RECURSES,
};
use crate::module::CodeFrame;

/// Where the instance keeps its books.
#[derive(Clone, Copy)]
pub(super) struct Books {
    pub(super) log: Memory,
    pub(super) cursor: Global,
    pub(super) context: Global,
    pub(super) inside: Global,
    pub(super) border: Global,
    /// Linear memory, where there is one.
    pub(super) memory: Option<Memory>,
}

impl Books {
    pub(super) fn of(mut export: impl FnMut(&str) -> Option<Extern>) -> Option<Books> {
        Some(Books {
            log: export(EXPORT_LOG)?.into_memory()?,
            cursor: export(EXPORT_CURSOR)?.into_global()?,
            context: export(EXPORT_CONTEXT)?.into_global()?,
            inside: export(EXPORT_INSIDE)?.into_global()?,
            border: export(EXPORT_BORDER)?.into_global()?,
            memory: export(EXPORT_MEMORY).and_then(Extern::into_memory),
        })
    }
}

impl<O> State<O> {
    /// Where an allocator was called that is on top of the stack.
    fn site<'a>(&self, stack: &'a [CodeFrame]) -> &'a [CodeFrame] {
        let instrumented = &self.compiled.instrumented;
        let callers = stack
            .iter()
            .position(|frame| !instrumented.is_allocator(frame.function));
        &stack[callers.unwrap_or(stack.len())..]
    }
}

/// Hands the records to the observer, and makes room for new ones.
pub(super) fn drain<O: Observer + 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
) -> wasmtime::Result<()> {
    let Some(books) = store.as_context().data().books else {
        return Ok(());
    };
    let cursor = books
        .cursor
        .get(&mut *store)
        .i32()
        .map_or(0, i32::cast_unsigned);
    let (log, state) = books.log.data_and_store_mut(&mut *store);
    let layout = state.compiled.instrumented.layout;
    let records = log
        .get(state.undrained as usize..cursor as usize)
        .unwrap_or_default();
    let taken = state
        .observer
        .events(layout.width, records, state.clock.now());
    let count = records.len() as u64 / u64::from(layout.width.record());
    state.undrained = state.looks.drained(count, &layout);
    let next = state.undrained.cast_signed();
    books.cursor.set(store, Val::I32(next))?;
    Ok(taken?)
}

pub(super) fn counts<O>(store: &mut Store<State<O>>) -> Log {
    let Some(books) = store.data().books else {
        return Log::default();
    };
    let (contexts, folded_allocations) = store
        .data()
        .compiled
        .instrumented
        .counts(books.log.data(&*store));
    Log {
        contexts,
        folded_allocations,
    }
}

/// Provides the functions that an instrumented module imports.
pub(crate) fn link_books<O: Observer + Send + 'static>(
    linker: &mut Linker<State<O>>,
    _: &mut Store<State<O>>,
) -> wasmtime::Result<()> {
    linker.func_wrap(
        IMPORT_MODULE,
        IMPORT_FLUSH,
        |mut caller: Caller<'_, State<O>>| {
            find_books(&mut caller)?;
            drain(&mut caller)?;
            take_stack(&mut caller)
        },
    )?;
    linker.func_wrap(IMPORT_MODULE, IMPORT_FIRST_SIGHT, first_sight::<O>)?;
    linker.func_wrap(IMPORT_MODULE, IMPORT_FOLD, fold::<O>)?;
    Ok(())
}

fn first_sight<O: Observer + 'static>(
    mut caller: Caller<'_, State<O>>,
    folded: u32,
) -> wasmtime::Result<u32> {
    let stack = look(&mut caller)?;
    let stack = caller.data().site(&stack);
    let state = caller.data_mut();
    let sight = state.sights.see(stack, folded != 0);
    if let Some(stack) = sight.new {
        state.observer.site(&stack, folded != 0);
    }
    // The guest counts sites from 1, since 0 marks an empty slot in its table.
    Ok(sight.site + 1)
}

fn fold<O: Observer + 'static>(
    mut caller: Caller<'_, State<O>>,
    context: i64,
) -> wasmtime::Result<i64> {
    let stack = look(&mut caller)?;
    Ok(caller.data_mut().sights.fold(&stack, context))
}

/// The stack of the guest, innermost first; functions that recurse on it are told to fold from now on.
fn look<O: Observer + 'static>(
    caller: &mut Caller<'_, State<O>>,
) -> wasmtime::Result<Vec<CodeFrame>> {
    find_books(caller)?;
    let backtrace = WasmBacktrace::force_capture(&*caller);
    let state = caller.data_mut();
    let instrumented = state.compiled.instrumented.clone();
    let stack = original_stack(&backtrace, &instrumented);
    let recursing = state.sights.recursing(&stack, &instrumented.recursion);
    if let Some(Books { log, .. }) = state.books {
        for function in recursing {
            let word = instrumented.recursion[&function] as usize;
            log.write(&mut *caller, word, &RECURSES.to_le_bytes())?;
        }
    }
    Ok(stack)
}

/// Takes the stack if somebody wants it at the record that was written down just now.
fn take_stack<O>(caller: &mut Caller<'_, State<O>>) -> wasmtime::Result<()> {
    if !caller.data().looks.is_due() {
        return Ok(());
    }
    let backtrace = WasmBacktrace::force_capture(&*caller);
    let state = caller.data_mut();
    let stack = original_stack(&backtrace, &state.compiled.instrumented);
    let site = state.site(&stack).to_vec();
    state.looks.take(&site)
}

/// The books are at hand from instantiation on, but a start function writes to them before that is over.
fn find_books<O: Observer + 'static>(caller: &mut Caller<'_, State<O>>) -> wasmtime::Result<()> {
    if caller.data().books.is_some() {
        return Ok(());
    }
    let books = Books::of(|name| caller.get_export(name));
    open_books(caller, books)
}

/// From here on the host decides where the log's next record goes.
pub(super) fn open_books<O: Observer + 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
    books: Option<Books>,
) -> wasmtime::Result<()> {
    store.as_context_mut().data_mut().books = books;
    drain(store)
}
