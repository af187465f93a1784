//! One script and the instances that it makes.

use std::collections::HashMap;
use std::sync::Arc;

use wasmtime::{Engine, Extern, Instance, Store, StoreLimits, Val};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet};

use super::values::{arguments, is_expected};
use crate::instrument::{IMPORT_MODULE, Instrumented};
use crate::module::Module;
use crate::proof::host::{self, Host};
use crate::proof::side::{show, word};

/// How the modules of a script are rewritten.
pub(super) type Rewrite<'a> = &'a dyn Fn(&Module) -> Instrumented;

/// What one directive came to.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) outcome: Outcome,
    /// Of an assertion: whether it holds.
    expected: Option<bool>,
}

impl Line {
    pub(super) fn is_assertion(&self) -> bool {
        self.expected.is_some()
    }

    pub(super) fn holds(&self) -> bool {
        self.expected == Some(true)
    }
}

/// What an action came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// With these results.
    Returned(Vec<String>),
    /// It trapped, threw or could not be linked.
    Failed(String),
    /// The engine does not take the module, or what the action is about does not exist for such a reason.
    Refused,
}

/// Runs a script; its modules are plain where there is no rewrite. Returns how many calling contexts were new, too.
pub(super) fn run(engine: &Engine, source: &str, rewrite: Option<Rewrite<'_>>) -> (Vec<Line>, u64) {
    let mut lexer = Lexer::new(source);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).expect("the suite's scripts can be read");
    let script: Wast<'_> = parser::parse(&buffer).expect("the suite's scripts can be read");
    let mut run = Run {
        engine,
        rewrite,
        store: host::store(engine, StoreLimits::default()),
        current: None,
        named: HashMap::new(),
        registered: HashMap::new(),
        definitions: HashMap::new(),
    };
    run.register_spectest();
    let mut lines = Vec::new();
    for directive in script.directives {
        let number = directive.span().linecol_in(source).0 + 1;
        if let Some((outcome, expected)) = run.directive(directive) {
            lines.push(Line {
                number,
                outcome,
                expected,
            });
        }
    }
    (lines, run.store.data().sights)
}

/// What a script may import under the name `spectest`.
const SPECTEST: &str = r#"(module
    (global (export "global_i32") i32 (i32.const 666))
    (global (export "global_i64") i64 (i64.const 666))
    (global (export "global_f32") f32 (f32.const 666.6))
    (global (export "global_f64") f64 (f64.const 666.6))
    (table (export "table") 10 20 funcref)
    (table (export "table64") i64 10 20 funcref)
    (memory (export "memory") 1 2)
    (func (export "print"))
    (func (export "print_i32") (param i32))
    (func (export "print_i64") (param i64))
    (func (export "print_f32") (param f32))
    (func (export "print_f64") (param f64))
    (func (export "print_i32_f32") (param i32 f32))
    (func (export "print_f64_f64") (param f64 f64)))"#;

struct Run<'a> {
    engine: &'a Engine,
    rewrite: Option<Rewrite<'a>>,
    store: Store<Host>,
    /// The instance that actions are about which name none; none where its module was refused.
    current: Option<Instance>,
    named: HashMap<String, Instance>,
    registered: HashMap<String, Instance>,
    /// Modules that are defined apart from their instances, the last one under no name.
    definitions: HashMap<Option<String>, Vec<u8>>,
}

impl Run<'_> {
    fn register_spectest(&mut self) {
        let wasm = wat::parse_str(SPECTEST).expect("the text is a module");
        let module = wasmtime::Module::new(self.engine, wasm);
        let instance = module.and_then(|module| Instance::new(&mut self.store, &module, &[]));
        self.registered.insert(
            "spectest".to_owned(),
            instance.expect("the module is valid"),
        );
    }

    /// None for what no module has a part in.
    fn directive(&mut self, directive: WastDirective<'_>) -> Option<(Outcome, Option<bool>)> {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name().map(owned);
                Some((self.define(name, &mut module), None))
            }
            WastDirective::ModuleDefinition(mut module) => {
                let wasm = module.encode().ok()?;
                if let Some(name) = module.name() {
                    self.definitions.insert(Some(owned(name)), wasm.clone());
                }
                self.definitions.insert(None, wasm);
                None
            }
            WastDirective::ModuleInstance {
                instance, module, ..
            } => {
                let wasm = self.definitions.get(&module.map(owned))?.clone();
                Some((self.instantiate_as(instance.map(owned), &wasm), None))
            }
            WastDirective::Register { name, module, .. } => {
                let instance = self.instance(module)?;
                self.registered.insert(name.to_owned(), instance);
                None
            }
            WastDirective::Invoke(invoke) => Some((self.invoke(&invoke).0, None)),
            directive => self.assertion(directive),
        }
    }

    fn assertion(&mut self, directive: WastDirective<'_>) -> Option<(Outcome, Option<bool>)> {
        let fails_with = |outcome: Outcome, message: &str| {
            let holds = matches!(&outcome, Outcome::Failed(word) if is_meant(word, message));
            Some((outcome, Some(holds)))
        };
        match directive {
            WastDirective::AssertReturn { exec, results, .. } => {
                let (outcome, values) = self.execute(exec);
                let holds = values.is_some_and(|values| self.are_expected(&values, &results));
                Some((outcome, Some(holds)))
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                fails_with(self.execute(exec).0, message)
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                fails_with(self.invoke(&call).0, message)
            }
            WastDirective::AssertException { exec, .. } => {
                fails_with(self.execute(exec).0, "exception")
            }
            WastDirective::AssertUnlinkable { mut module, .. } => {
                let outcome = match module.encode() {
                    Ok(wasm) => self.instantiate(&wasm).1,
                    Err(_) => Outcome::Refused,
                };
                let holds = matches!(outcome, Outcome::Failed(_));
                Some((outcome, Some(holds)))
            }
            // Those are about text, about validation, about threads or about stack switching, which the engine refuses.
            _ => None,
        }
    }

    fn execute(&mut self, execute: WastExecute<'_>) -> (Outcome, Option<Vec<Val>>) {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Wat(mut module) => match module.encode() {
                Ok(wasm) => (self.instantiate(&wasm).1, None),
                Err(_) => (Outcome::Refused, None),
            },
            WastExecute::Get { module, global, .. } => {
                let instance = self.instance(module);
                let global =
                    instance.and_then(|instance| instance.get_global(&mut self.store, global));
                match global {
                    Some(global) => {
                        let value = global.get(&mut self.store);
                        self.returned(vec![value])
                    }
                    None => (Outcome::Refused, None),
                }
            }
        }
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> (Outcome, Option<Vec<Val>>) {
        let Some(instance) = self.instance(invoke.module) else {
            return (Outcome::Refused, None);
        };
        let Some(function) = instance.get_func(&mut self.store, invoke.name) else {
            return (Outcome::Refused, None);
        };
        host::enter(&mut self.store, &instance);
        let signature = function.ty(&self.store);
        let Some(arguments) = arguments(&mut self.store, &invoke.args, &signature) else {
            return (Outcome::Refused, None);
        };
        let mut results = vec![Val::I32(0); signature.results().len()];
        match function.call(&mut self.store, &arguments, &mut results) {
            Ok(()) => self.returned(results),
            Err(error) => (Outcome::Failed(word(&mut self.store, &error)), None),
        }
    }

    fn returned(&self, values: Vec<Val>) -> (Outcome, Option<Vec<Val>>) {
        let shown = values.iter().map(|value| show(&self.store, value));
        (Outcome::Returned(shown.collect()), Some(values))
    }

    fn are_expected(&mut self, values: &[Val], expected: &[WastRet<'_>]) -> bool {
        values.len() == expected.len()
            && values.iter().zip(expected).all(|(value, expected)| {
                matches!(expected, WastRet::Core(expected) if is_expected(&mut self.store, value, expected))
            })
    }

    fn instance(&self, name: Option<Id<'_>>) -> Option<Instance> {
        match name {
            Some(name) => self.named.get(name.name()).copied(),
            None => self.current,
        }
    }

    fn define(&mut self, name: Option<String>, module: &mut QuoteWat<'_>) -> Outcome {
        match module.encode() {
            Ok(wasm) => self.instantiate_as(name, &wasm),
            Err(_) => Outcome::Refused,
        }
    }

    fn instantiate_as(&mut self, name: Option<String>, wasm: &[u8]) -> Outcome {
        let (instance, outcome) = self.instantiate(wasm);
        self.current = instance;
        if let Some(name) = name {
            self.named.remove(&name);
            self.named.extend(instance.map(|instance| (name, instance)));
        }
        outcome
    }

    fn instantiate(&mut self, wasm: &[u8]) -> (Option<Instance>, Outcome) {
        // Asked of the plain module, so that a module which only the rewrite made invalid is seen.
        if wasmtime::Module::validate(self.engine, wasm).is_err() {
            return (None, Outcome::Refused);
        }
        let instance = self
            .compile(wasm)
            .and_then(|(module, books)| self.link(&module, books));
        match instance {
            Ok(instance) => (Some(instance), Outcome::Returned(Vec::new())),
            Err(error) => (None, Outcome::Failed(error)),
        }
    }

    fn compile(
        &self,
        wasm: &[u8],
    ) -> Result<(wasmtime::Module, Option<Arc<Instrumented>>), String> {
        let instrumented = match self.rewrite {
            None => None,
            Some(rewrite) => {
                let module = Module::parse("module", wasm.to_vec());
                let module = module.map_err(|error| error.to_string())?;
                Some(Arc::new(rewrite(&module)))
            }
        };
        let wasm = match &instrumented {
            None => wasm,
            Some(instrumented) => &instrumented.wasm,
        };
        let module = wasmtime::Module::new(self.engine, wasm)
            .map_err(|error| error.root_cause().to_string())?;
        Ok((module, instrumented))
    }

    fn link(
        &mut self,
        module: &wasmtime::Module,
        books: Option<Arc<Instrumented>>,
    ) -> Result<Instance, String> {
        let books: HashMap<&str, Extern> = books
            .map(|instrumented| host::functions(&mut self.store, &instrumented))
            .into_iter()
            .flatten()
            .map(|(name, function)| (name, function.into()))
            .collect();
        let mut imports = Vec::new();
        for import in module.imports() {
            let provided = match self.registered.get(import.module()) {
                _ if import.module() == IMPORT_MODULE => books.get(import.name()).cloned(),
                Some(instance) => instance.get_export(&mut self.store, import.name()),
                None => None,
            };
            imports.push(provided.ok_or("unknown import")?);
        }
        Instance::new(&mut self.store, module, &imports)
            .map_err(|error| word(&mut self.store, &error))
    }
}

fn owned(name: Id<'_>) -> String {
    name.name().to_owned()
}

/// Whether an engine's word for a failure is what the suite calls it.
fn is_meant(word: &str, message: &str) -> bool {
    // The suite says more of elements and of references than the engine does.
    let meant = match message {
        message if message.starts_with("uninitialized element") => "uninitialized element",
        message if message.starts_with("null ") => "null reference",
        message => message,
    };
    word.contains(meant)
}
