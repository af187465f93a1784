//! Linking what a module imports besides WASI: functions of the user's host, and the suite's stubs.

use std::time::Duration;

use wasmtime::{
    AsContext, Caller, ExternType, Func, FuncType, ImportType, Linker, Module, Store, Val, ValType,
};

use super::error::{RunError, did_you_mean, listed};
use super::guest::State;
use super::host::{HostError, HostedGuest, Imports, Value};
use super::value::number;
use crate::instrument::IMPORT_MODULE;
use crate::suite::{Answer, Stub, StubNumber};

/// What calls of one import come to.
type Results = Vec<Val>;

/// Links the functions that the module imports of those that the host has.
pub(super) fn link_host<O: Send + 'static>(
    linker: &mut Linker<State<O>>,
    module: &Module,
    host: &Imports,
) -> Result<(), RunError> {
    for import in module.imports() {
        let Some(function) = host.find(&name(&import)) else {
            continue;
        };
        let signature = signature(&import)?;
        let import_name = name(&import);
        let results: Vec<ValType> = signature.results().collect();
        let call = move |mut caller: Caller<'_, State<O>>, arguments: &[Val], into: &mut [Val]| {
            let arguments: Vec<Value> = arguments.iter().filter_map(value).collect();
            let returned = function(&mut Met(&mut caller), &arguments).map_err(stopped)?;
            returned_into(&import_name, &returned, &results, into)
        };
        define(linker, &import, signature, call)?;
    }
    Ok(())
}

/// Links the suite's stubs, for what nobody else provides.
pub(super) fn link_stubs<O: Send + 'static>(
    store: &mut Store<State<O>>,
    linker: &mut Linker<State<O>>,
    module: &Module,
    stubs: &[Stub],
) -> Result<(), RunError> {
    refuse_strays(module, stubs)?;
    for import in module.imports() {
        let Some(stub) = stub_for(stubs, &import) else {
            continue;
        };
        let provided = linker.get(&mut *store, import.module(), import.name());
        if provided.is_ok() {
            continue;
        }
        let signature = signature(&import)?;
        match results(&stub.answer, &signature) {
            Ok(Some(results)) => {
                let answer = move |_: Caller<'_, State<O>>, _: &[Val], into: &mut [Val]| {
                    into.clone_from_slice(&results);
                    Ok(())
                };
                define(linker, &import, signature, answer)?;
            }
            Ok(None) => {
                let text = format!("the suite's stub of `{}` is a trap", name(&import));
                let trap = move |_: Caller<'_, State<O>>, _: &[Val], _: &mut [Val]| {
                    Err(wasmtime::Error::msg(text.clone()))
                };
                define(linker, &import, signature, trap)?;
            }
            Err(cause) => {
                let import = name(&import);
                return Err(RunError::Imports(format!(
                    "the stub of `{import}` does not fit: {cause}"
                )));
            }
        }
    }
    Ok(())
}

/// `module.name`
pub(super) fn name(import: &ImportType) -> String {
    format!("{}.{}", import.module(), import.name())
}

/// The stub of that name, or that of its whole module.
fn stub_for<'a>(stubs: &'a [Stub], import: &ImportType) -> Option<&'a Stub> {
    let (own, of_all) = (name(import), format!("{}.*", import.module()));
    let is_function = matches!(import.ty(), ExternType::Func(_));
    let named = |name: &str| stubs.iter().find(|stub| stub.import == name);
    named(&own).or_else(|| named(&of_all).filter(|_| is_function))
}

/// A stub of what is not imported is a misspelt one.
fn refuse_strays(module: &Module, stubs: &[Stub]) -> Result<(), RunError> {
    let names: Vec<String> = module
        .imports()
        // Those that the rewrite added are nobody's business.
        .filter(|it| it.module() != IMPORT_MODULE && matches!(it.ty(), ExternType::Func(_)))
        .map(|import| name(&import))
        .collect();
    let is_stray = |stub: &&Stub| match stub.import.strip_suffix('*') {
        Some(module) => !names.iter().any(|name| name.starts_with(module)),
        None => !names.contains(&stub.import),
    };
    match stubs.iter().find(is_stray) {
        None => Ok(()),
        Some(Stub { import, .. }) => Err(RunError::Imports(format!(
            "the module imports no function `{import}`{}\nit imports: {}",
            did_you_mean(import, &names),
            listed(&names, "functions")
        ))),
    }
}

fn signature(import: &ImportType) -> Result<FuncType, RunError> {
    match import.ty() {
        ExternType::Func(signature) => Ok(signature),
        _ => Err(RunError::Imports(format!(
            "`{}` is no function, and memgate provides nothing else",
            name(import)
        ))),
    }
}

fn define<O: Send + 'static>(
    linker: &mut Linker<State<O>>,
    import: &ImportType,
    signature: FuncType,
    function: impl Fn(Caller<'_, State<O>>, &[Val], &mut [Val]) -> wasmtime::Result<()>
    + Send
    + Sync
    + 'static,
) -> Result<(), RunError> {
    let defined = linker.func_new(import.module(), import.name(), signature, function);
    defined.map(drop).map_err(|error| {
        RunError::Imports(format!("`{}` cannot be provided: {error}", name(import)))
    })
}

/// What a stub returns; none where it traps.
fn results(answer: &Answer, signature: &FuncType) -> Result<Option<Results>, String> {
    let kinds: Vec<ValType> = signature.results().collect();
    match answer {
        Answer::Trap => Ok(None),
        Answer::Zero => {
            let zero = |kind: &ValType| {
                Val::default_for_ty(kind).ok_or_else(|| format!("there is no zero of type {kind}"))
            };
            kinds.iter().map(zero).collect::<Result<_, _>>().map(Some)
        }
        Answer::Numbers(numbers) if numbers.len() == kinds.len() => {
            let typed = numbers.iter().zip(&kinds).map(|(given, kind)| match given {
                StubNumber::Integer(integer) => number(*integer, kind),
                StubNumber::Float(float) => super::value::float(*float, kind),
            });
            typed.collect::<Result<_, _>>().map(Some)
        }
        Answer::Numbers(numbers) => Err(format!(
            "it returns {}, and the suite gives {}\nwrite `zero` where any answer will do",
            of_kinds(&kinds),
            match numbers.len() {
                1 => "one number".to_string(),
                several => format!("{several} numbers"),
            }
        )),
    }
}

fn of_kinds(kinds: &[ValType]) -> String {
    let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    match kinds.is_empty() {
        true => "nothing".to_string(),
        false => format!("({})", kinds.join(", ")),
    }
}

fn value(val: &Val) -> Option<Value> {
    Some(match val {
        Val::I32(value) => Value::I32(*value),
        Val::I64(value) => Value::I64(*value),
        Val::F32(bits) => Value::F32(f32::from_bits(*bits)),
        Val::F64(bits) => Value::F64(f64::from_bits(*bits)),
        _ => return None,
    })
}

fn val(value: Value) -> Val {
    match value {
        Value::I32(value) => Val::I32(value),
        Value::I64(value) => Val::I64(value),
        Value::F32(value) => Val::F32(value.to_bits()),
        Value::F64(value) => Val::F64(value.to_bits()),
    }
}

fn returned_into(
    import: &str,
    returned: &[Value],
    kinds: &[ValType],
    into: &mut [Val],
) -> wasmtime::Result<()> {
    let fits = |(value, kind): (&Value, &ValType)| {
        matches!(
            (value, kind),
            (Value::I32(_), ValType::I32)
                | (Value::I64(_), ValType::I64)
                | (Value::F32(_), ValType::F32)
                | (Value::F64(_), ValType::F64)
        )
    };
    if returned.len() != kinds.len() || !returned.iter().zip(kinds).all(fits) {
        return Err(wasmtime::Error::msg(format!(
            "the host's `{import}` returned {returned:?}, where the module expects {}",
            of_kinds(kinds)
        )));
    }
    for (slot, value) in into.iter_mut().zip(returned) {
        *slot = val(*value);
    }
    Ok(())
}

/// The guest, from inside of a call of the host.
struct Met<'a, 'b, O: 'static>(&'a mut Caller<'b, State<O>>);

impl<O: 'static> HostedGuest for Met<'_, '_, O> {
    fn memory(&mut self) -> Result<&mut [u8], HostError> {
        let memory = self.0.data().books.and_then(|books| books.memory);
        let memory = memory.ok_or("the guest has no linear memory, or is still being started")?;
        Ok(memory.data_mut(&mut *self.0))
    }

    fn call(&mut self, export: &str, arguments: &[Value]) -> Result<Vec<Value>, HostError> {
        let found = self.0.get_export(export).and_then(|it| it.into_func());
        let function: Func =
            found.ok_or_else(|| format!("the module exports no function `{export}`"))?;
        let arguments: Vec<Val> = arguments.iter().copied().map(val).collect();
        let mut results = vec![Val::I32(0); function.ty(&*self.0).results().len()];
        function.call(&mut *self.0, &arguments, &mut results)?;
        Ok(results.iter().filter_map(value).collect())
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.as_context().data().clock.now())
    }
}

/// What stopped the guest stays what it is where the host only hands it on.
fn stopped(error: HostError) -> wasmtime::Error {
    wasmtime::Error::from_boxed(error)
}
