//! One instance of an instrumented module under wasmtime.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use wasmtime::{
    AsContextMut, Func, FuncType, Instance, Linker, Store, UpdateDeadline, Val, WasmBacktrace,
};

use super::books::{Books, counts, drain, open_books};
use super::clock::{Clock, nanoseconds};
use super::ending::original_stack;
use super::engine::Compiled;
use super::error::{Halt, RunError};
use super::imports;
use super::limits::{Deadline, MemoryLimit};
use super::looks::{Looks, Stacks};
use super::numbered::{self, Numbered, Sites};
use super::observer::{MarkKind, Observer, View};
use super::probes::{self, Probes, Reading};
use super::sights::Sights;
use super::value;
use super::wasi::{self, Inodes, Random};
use super::world::World;
use crate::instrument::{Instrumented, export_of_global};
use crate::suite::{CompilerSites, Probe, Stub};

/// The export that a reactor wants to be called first.
const INITIALIZE: &str = "_initialize";

/// What the host keeps for an instance.
pub(crate) struct State<O: 'static> {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) inodes: Inodes,
    /// Marks that lie ahead on the clock, in the order of their times.
    pub(crate) marks: VecDeque<(u64, MarkKind)>,
    pub(crate) observer: O,
    pub(super) probes: Probes,
    pub(super) sites: Option<Sites>,
    /// The suite's answers to what the module imports, until it is linked.
    stubs: Vec<Stub>,
    pub(super) sights: Sights,
    pub(super) looks: Looks,
    pub(super) compiled: Compiled,
    limit: MemoryLimit,
    pub(super) books: Option<Books>,
    /// Where the first record in the log is that was not drained.
    pub(super) undrained: u32,
    provide: Provide<O>,
}

/// Provides what the rewritten module imports, besides WASI.
pub(crate) type Provide<O> =
    fn(&mut Linker<State<O>>, &mut Store<State<O>>) -> wasmtime::Result<()>;

/// An instance, from its start to its end.
pub(crate) struct Guest<O: 'static> {
    store: Store<State<O>>,
    instance: Option<Instance>,
    functions: HashMap<String, (Func, FuncType)>,
    exit: Option<i32>,
}

impl<O: Observer + Send + 'static> Guest<O> {
    /// A guest that was not started yet: nothing of its code has run. `memory` is how much of it the guest may have, in bytes.
    pub(crate) fn new(
        compiled: &Compiled,
        world: World,
        memory: u64,
        deadline: Deadline,
        clock: Clock,
        observer: O,
        provide: Provide<O>,
    ) -> Guest<O> {
        let state = State {
            world,
            clock,
            random: Random::default(),
            inodes: Inodes::default(),
            marks: VecDeque::new(),
            observer,
            probes: Probes::default(),
            sites: None,
            stubs: Vec::new(),
            sights: Sights::default(),
            looks: Looks::default(),
            undrained: compiled.instrumented.layout.records,
            compiled: compiled.clone(),
            limit: MemoryLimit::new(memory, compiled.instrumented.layout.bytes()),
            books: None,
            provide,
        };
        let mut store = Store::new(compiled.module.engine(), state);
        store.limiter(|state| &mut state.limit);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            deadline.check()?;
            Ok(UpdateDeadline::Continue(1))
        });
        Guest {
            store,
            instance: None,
            functions: HashMap::new(),
            exit: None,
        }
    }

    /// Notes the code with which the command has ended.
    pub(crate) fn exited(&mut self, code: i32) {
        self.exit = Some(code);
    }

    /// The code with which the command has ended by itself.
    pub(crate) fn exit(&self) -> Option<i32> {
        self.exit
    }

    /// Wants those probes to be read at the marks.
    pub(crate) fn expect_probes(&mut self, probes: &[Probe]) {
        self.store.data_mut().probes = Probes::new(probes);
    }

    /// Takes what the module tells of the sites that its compiler numbered.
    pub(crate) fn expect_sites(&mut self, sites: Option<&CompilerSites>) {
        self.store.data_mut().sites = sites.map(Sites::new);
    }

    /// Gives these answers to what the module imports and nobody provides.
    pub(crate) fn stub(&mut self, stubs: &[Stub]) {
        self.store.data_mut().stubs = stubs.to_vec();
    }

    /// Wants the stack at those records, by their numbers in the log.
    pub(crate) fn look_at(&mut self, records: BTreeSet<u64>) {
        self.store.data_mut().looks = Looks::at(records);
    }

    /// Instantiates the module and runs its start function and `_initialize`.
    pub(crate) fn start(&mut self) -> Result<(), Halt> {
        let module = self.store.data().compiled.module.clone();
        let mut linker = Linker::new(module.engine());
        let provide = self.store.data().provide;
        provide(&mut linker, &mut self.store)?;
        wasi::link(&mut linker)?;
        if let Some(import) = self.store.data().sites.as_ref().and_then(Sites::import) {
            numbered::link(&mut linker, &module, import)?;
        }
        let host = self.store.data().compiled.host.imports();
        imports::link_host(&mut linker, &module, &host)?;
        let stubs = std::mem::take(&mut self.store.data_mut().stubs);
        imports::link_stubs(&mut self.store, &mut linker, &module, &stubs)?;
        refuse_unknown_imports(&linker, &module, &mut self.store)?;
        let instance = linker.instantiate(&mut self.store, &module)?;
        self.instance = Some(instance);
        let books = Books::of(|name| instance.get_export(&mut self.store, name));
        open_books(&mut self.store, books)?;
        self.find_own_figures(&instance)?;
        let exports: Vec<(String, Func)> = instance
            .exports(&mut self.store)
            .filter_map(|export| Some((export.name().to_string(), export.into_func()?)))
            .collect();
        for (name, function) in exports {
            let signature = function.ty(&self.store);
            self.functions.insert(name, (function, signature));
        }
        if self.functions.contains_key(INITIALIZE) {
            self.call(INITIALIZE, &[])?;
        }
        Ok(())
    }

    /// Finds what the module tells of itself.
    fn find_own_figures(&mut self, instance: &Instance) -> Result<(), RunError> {
        let memory = self.store.data().books.and_then(|books| books.memory);
        let mut probes = std::mem::take(&mut self.store.data_mut().probes);
        probes.find(&mut self.store, instance, memory)?;
        self.store.data_mut().probes = probes;
        if let Some(mut sites) = self.store.data_mut().sites.take() {
            sites.find(&mut self.store, instance, memory)?;
            self.store.data_mut().sites = Some(sites);
        }
        Ok(())
    }

    /// The type of an exported function.
    pub(crate) fn signature(&self, export: &str) -> Result<&FuncType, RunError> {
        self.functions
            .get(export)
            .map(|(_, signature)| signature)
            .ok_or_else(|| RunError::UnknownExport {
                name: export.to_string(),
                exports: self.exports(),
            })
    }

    fn exports(&self) -> Vec<String> {
        // A step has no business with the one that was called already.
        let names = self.functions.keys().filter(|name| *name != INITIALIZE);
        let mut names: Vec<String> = names.cloned().collect();
        names.sort();
        names
    }

    /// Calls an export, from a clean context; the arguments fit its signature.
    pub(crate) fn call(&mut self, export: &str, arguments: &[Val]) -> Result<Vec<Val>, Halt> {
        let (function, signature) = &self.functions[export];
        let (function, results) = (*function, signature.results().len());
        Ok(call(&mut self.store, function, arguments, results)?)
    }

    /// Whether a process ended itself once its `main` had returned: nothing else of the program is on the stack.
    pub(crate) fn is_after_main(&self, error: &wasmtime::Error) -> bool {
        let instrumented = &self.store.data().compiled.instrumented;
        let stack = error.downcast_ref::<WasmBacktrace>();
        let stack = stack.map(|stack| original_stack(stack, instrumented));
        stack.is_some_and(|stack| {
            stack
                .iter()
                .all(|frame| instrumented.ending.contains(&frame.function))
        })
    }

    pub(crate) fn has_export(&self, export: &str) -> bool {
        self.functions.contains_key(export)
    }

    pub(crate) fn now(&self) -> u64 {
        self.store.data().clock.now()
    }

    /// Moves the clock on by that much.
    pub(crate) fn advance(&mut self, by: Duration) -> Result<(), Halt> {
        let until = self.now().saturating_add(nanoseconds(by));
        Ok(advance(&mut self.store, until)?)
    }

    /// Moves the clock on to that time.
    pub(crate) fn advance_to(&mut self, time: u64) -> Result<(), Halt> {
        Ok(advance(&mut self.store, time)?)
    }

    /// Puts marks on the clock, which are reached when something moves it there.
    pub(crate) fn expect_marks(&mut self, marks: impl IntoIterator<Item = (Duration, MarkKind)>) {
        let marks = marks
            .into_iter()
            .map(|(time, kind)| (nanoseconds(time), kind));
        self.store.data_mut().marks.extend(marks);
    }

    /// The next mark on the clock that was not reached.
    pub(crate) fn missed_mark(&self) -> Option<MarkKind> {
        self.store.data().marks.front().map(|(_, kind)| *kind)
    }

    /// Reads the probes, for a mark that was taken just now.
    pub(crate) fn probe(&mut self, kind: MarkKind) -> Result<(), Halt> {
        Ok(probes::read(&mut self.store, Some(kind))?)
    }

    /// Reads the heap here and now.
    pub(crate) fn mark(&mut self, kind: MarkKind) -> Result<(), Halt> {
        Ok(mark(&mut self.store, kind)?)
    }

    /// Reads the probes and forgets what they say: what they set up once is there when they count.
    pub(crate) fn rehearse_probes(&mut self) -> Result<(), Halt> {
        Ok(probes::read(&mut self.store, None)?)
    }

    /// What the sites have allocated that the module's compiler numbered.
    pub(crate) fn take_numbered(&mut self) -> Option<Numbered> {
        self.store
            .data_mut()
            .sites
            .take()
            .map(|sites| sites.numbered)
    }

    /// What the probes have read.
    pub(crate) fn take_readings(&mut self) -> Vec<Reading> {
        std::mem::take(&mut self.store.data_mut().probes.readings)
    }

    /// Lets the observer look for what the guest, none of whose code is under way, can still get at.
    pub(crate) fn survey(&mut self, kind: MarkKind, kept: Vec<(String, u64)>) {
        let Some(instance) = self.instance else {
            return;
        };
        let variables = self.store.data().compiled.instrumented.variables.clone();
        let globals = variables.into_iter().filter_map(|index| {
            let global = instance.get_global(&mut self.store, &export_of_global(index))?;
            Some((index, value::bits(&global.get(&mut self.store))?))
        });
        let globals = globals.collect();
        let memory = self.store.data().books.and_then(|books| books.memory);
        let (memory, state) = match memory {
            Some(memory) => memory.data_and_store_mut(&mut self.store),
            None => ([].as_mut_slice(), self.store.data_mut()),
        };
        let view = View {
            memory,
            width: state.compiled.instrumented.layout.width,
            globals,
            kept,
        };
        state.observer.survey(kind, &view);
    }

    /// Ends the instance. What it wrote to its log is drained, however the run ended.
    pub(crate) fn finish(mut self) -> (O, String, Stacks) {
        // An observer that was overwhelmed has ended the run already.
        drain(&mut self.store).ok();
        let log = counts(&mut self.store);
        let State {
            mut observer,
            world,
            looks,
            sights,
            ..
        } = self.store.into_data();
        observer.finish(log, sights.stacks());
        (observer, world.errors.text(), looks.stacks)
    }
}

impl<O> State<O> {
    pub(super) fn instrumented(&self) -> &Instrumented {
        &self.compiled.instrumented
    }
}

/// Moves the clock on to that time, over the marks that lie on the way.
pub(crate) fn advance<O: Observer + 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
    until: u64,
) -> wasmtime::Result<()> {
    while let Some((time, kind)) = store
        .as_context()
        .data()
        .marks
        .front()
        .copied()
        .filter(|(time, _)| *time <= until)
    {
        store.as_context_mut().data_mut().marks.pop_front();
        store.as_context().data().clock.advance_to(time);
        mark_and_probe(store, kind)?;
    }
    store.as_context().data().clock.advance_to(until);
    Ok(())
}

/// Calls a function of the guest, from a clean context; the arguments fit its signature.
pub(super) fn call<O: 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
    function: Func,
    arguments: &[Val],
    results: usize,
) -> wasmtime::Result<Vec<Val>> {
    let mut results = vec![Val::I32(0); results];
    let books = store.as_context().data().books;
    if let Some(Books { context, .. }) = books {
        context.set(&mut *store, Val::I64(0))?;
    }
    let outcome = function.call(&mut *store, arguments, &mut results);
    if outcome.is_err()
        && let Some(Books { inside, border, .. }) = books
    {
        inside.set(&mut *store, Val::I32(0))?;
        border.set(&mut *store, Val::I64(0))?;
    }
    outcome?;
    Ok(results)
}

fn mark_and_probe<O: Observer + 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
    kind: MarkKind,
) -> wasmtime::Result<()> {
    mark(store, kind)?;
    match probes::are_read_at(kind) {
        true => probes::read(store, Some(kind)),
        false => Ok(()),
    }
}

fn mark<O: Observer + 'static>(
    store: &mut impl AsContextMut<Data = State<O>>,
    kind: MarkKind,
) -> wasmtime::Result<()> {
    drain(store)?;
    let memory = store
        .as_context()
        .data()
        .books
        .and_then(|books| books.memory);
    let bytes = memory.map_or(0, |memory| memory.data_size(&*store) as u64);
    let mut context = store.as_context_mut();
    let state = context.data_mut();
    state.observer.mark(kind, state.clock.now(), bytes);
    numbered::mark(store)
}

fn refuse_unknown_imports<O>(
    linker: &Linker<State<O>>,
    module: &wasmtime::Module,
    store: &mut Store<State<O>>,
) -> Result<(), RunError> {
    let unknown: Vec<String> = module
        .imports()
        .filter(|import| {
            linker
                .get(&mut *store, import.module(), import.name())
                .is_err()
        })
        .map(|import| imports::name(&import))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(RunError::UnknownImports(unknown))
    }
}
