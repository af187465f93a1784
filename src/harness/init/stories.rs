//! The stories that may be told of a module: one for each export, with what has to come before and after it.

use std::collections::BTreeSet;
use std::time::Duration;

use wasmparser::ValType;

use crate::harness::exports::{Callable, callable};
use crate::harness::verbs::{Kind, Words};
use crate::module::Module;
use crate::suite::{Argument, Call, Command, Idle, Limits, Scenario, Step, Tick, is_name};

/// Numbers that are tried as arguments, the likeliest first.
const NUMBERS: [i128; 3] = [1, 0, 100];

/// Exports that are tried.
pub(super) const MOST: usize = 32;

/// Under this name the handle is kept that an opener returns.
const HANDLE: &str = "handle";

const COLLECT: &str = "__collect";

/// Ways to tell one story, the best first.
#[derive(Debug)]
pub(super) struct Plan {
    /// What the story is about: an export, or what runs a command.
    pub(super) subject: String,
    /// Scenarios of one name; that one counts which can be told.
    pub(super) ways: Vec<Scenario>,
}

/// An export that is in no story.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) export: String,
    pub(super) why: String,
}

/// What begins something, and what ends it.
struct Pair<'m> {
    open: Callable<'m>,
    close: Option<Callable<'m>>,
    subject: Words,
    /// Whether the opener returns what the closer takes.
    has_handle: bool,
}

/// All stories of the module, and the exports that are in none.
pub(super) fn plans(module: &Module) -> (Vec<Plan>, Vec<LeftOut>) {
    if module.is_command() {
        let run = Scenario::of_steps("run", vec![Step::Run(Command::default())]);
        let plan = Plan {
            subject: "_start".to_string(),
            ways: vec![run],
        };
        return (vec![plan], Vec::new());
    }
    let exports = callable(module);
    let pairs = pairs(&exports);
    let collects = module.exports().iter().any(|it| it.name == COLLECT);
    let planner = Planner {
        pairs: &pairs,
        collects,
    };
    let mut names = BTreeSet::new();
    let (mut plans, mut left_out) = (Vec::new(), Vec::new());
    for export in &exports {
        let name = unique(scenario_name(export.name), &mut names);
        match planner.ways(export, &name) {
            Ok(ways) if plans.len() < MOST => plans.push(Plan {
                subject: export.name.to_string(),
                ways,
            }),
            Ok(_) => left_out.push(without(export, format!("{MOST} exports are tried at most"))),
            Err(why) => left_out.push(without(export, why)),
        }
    }
    (plans, left_out)
}

fn without(export: &Callable, why: String) -> LeftOut {
    LeftOut {
        export: export.name.to_string(),
        why,
    }
}

fn pairs<'m>(exports: &[Callable<'m>]) -> Vec<Pair<'m>> {
    let of_kind = |kind: Kind| {
        exports
            .iter()
            .filter(move |it| Words::of(it.name).kind() == kind)
    };
    let pair = |open: &Callable<'m>| {
        let subject = Words::of(open.name).subject();
        let results = open.signature.results();
        let closers: Vec<&Callable> = of_kind(Kind::Closer)
            .filter(|it| Words::of(it.name).subject() == subject)
            .collect();
        let takes = |types: &[ValType]| {
            closers
                .iter()
                .find(|it| it.signature.params() == types)
                .copied()
        };
        let by_handle = (results.len() == 1).then(|| takes(results)).flatten();
        Pair {
            open: open.clone(),
            close: by_handle.or_else(|| takes(&[])).cloned(),
            subject,
            has_handle: by_handle.is_some(),
        }
    };
    of_kind(Kind::Opener).map(pair).collect()
}

struct Planner<'m> {
    pairs: &'m [Pair<'m>],
    /// Whether the module's collector can be called.
    collects: bool,
}

impl Planner<'_> {
    fn ways(&self, export: &Callable, name: &str) -> Result<Vec<Scenario>, String> {
        if let Some(unknown) = export.signature.params().iter().find(|it| !is_number(it)) {
            return Err(format!(
                "it takes {unknown}, of which a suite has no values"
            ));
        }
        let words = Words::of(export.name);
        match words.kind() {
            Kind::Allocator => Err("it hands out memory, or takes it back, for its caller".into()),
            Kind::Closer => Err(self.closes(export)),
            Kind::Opener => Ok(self.opened(export, name)),
            Kind::Tick => Ok(self.around(&words, export, |call| idle(name, call))),
            Kind::Action => Ok(self.around(&words, export, |call| cycles(name, vec![call]))),
        }
    }

    fn closes(&self, export: &Callable) -> String {
        let opener = self
            .pairs
            .iter()
            .find(|it| it.close.as_ref() == Some(export));
        match opener {
            Some(pair) => format!(
                "it ends what {} begins, and is called with it",
                pair.open.name
            ),
            None => "it ends something, and no export is known to begin that".into(),
        }
    }

    /// Begun and ended in each cycle, if it can be.
    fn opened(&self, export: &Callable, name: &str) -> Vec<Scenario> {
        let pair = self.pairs.iter().find(|it| it.open == *export);
        let Some(Pair {
            close: Some(close),
            has_handle,
            ..
        }) = pair
        else {
            // What makes something ready is done once.
            let once = |numbers| Scenario {
                warmup: 0,
                cycles: 1,
                ..cycles(name, vec![call(export, &[], numbers)])
            };
            return NUMBERS
                .map(once)
                .into_iter()
                .map(|it| self.collected(it))
                .collect();
        };
        let both = |number| {
            let open = call(export, &[], number);
            let (open, close) = match has_handle {
                true => (kept(open), call(close, &[handle()], number)),
                false => (open, call(close, &[], number)),
            };
            self.collected(cycles(name, vec![open, close]))
        };
        NUMBERS.map(both).to_vec()
    }

    /// Within what it may need: what it takes as its first argument, what has to be made ready, or nothing.
    fn around(
        &self,
        words: &Words,
        export: &Callable,
        story: impl Fn(Call) -> Scenario,
    ) -> Vec<Scenario> {
        let first = export.signature.params().first();
        let is_only = self.pairs.len() == 1;
        let fitting = self
            .pairs
            .iter()
            .filter(|it| is_only || words.contains(&it.subject));
        let (with_handle, ready): (Vec<&Pair>, Vec<&Pair>) = fitting.partition(|it| it.has_handle);
        let with_handle = with_handle
            .into_iter()
            .filter(|it| it.open.signature.results().first() == first);
        let mut ways = Vec::new();
        for pair in with_handle {
            for number in NUMBERS {
                let open = kept(call(&pair.open, &[], number));
                let close = pair
                    .close
                    .as_ref()
                    .map(|close| call(close, &[handle()], number));
                let told = story(call(export, &[handle()], number));
                ways.push(self.between(open, told, close));
            }
        }
        for pair in ready {
            for number in NUMBERS {
                let close = pair.close.as_ref().map(|close| call(close, &[], number));
                let told = story(call(export, &[], number));
                ways.push(self.between(call(&pair.open, &[], number), told, close));
            }
        }
        ways.extend(NUMBERS.map(|number| self.collected(story(call(export, &[], number)))));
        ways
    }

    fn between(&self, open: Call, story: Scenario, close: Option<Call>) -> Scenario {
        self.collected(Scenario {
            setup: vec![Step::Call(open)],
            teardown: close.into_iter().map(Step::Call).collect(),
            ..story
        })
    }

    /// With what is lost taken back, where a collector does that.
    fn collected(&self, mut story: Scenario) -> Scenario {
        if self.collects {
            story.teardown.push(Step::Call(Call {
                export: COLLECT.to_string(),
                args: Vec::new(),
                keep: None,
            }));
        }
        story
    }
}

fn cycles(name: &str, calls: Vec<Call>) -> Scenario {
    Scenario {
        warmup: 2,
        cycles: 10,
        limits: limits(),
        ..Scenario::of_steps(name, calls.into_iter().map(Step::Call).collect())
    }
}

fn idle(name: &str, call: Call) -> Scenario {
    let tick = Tick {
        call,
        every: Duration::from_millis(16),
    };
    Scenario {
        idle: Some(Idle {
            settle: Duration::from_secs(1),
            period: Duration::from_secs(60),
            tick: Some(tick),
        }),
        limits: limits(),
        ..Scenario::of_steps(name, Vec::new())
    }
}

/// So that what never ends is soon told from what takes long.
fn limits() -> Limits {
    Limits {
        timeout: Duration::from_secs(10),
        ..Limits::default()
    }
}

fn handle() -> Argument {
    Argument::Kept(HANDLE.to_string())
}

fn kept(call: Call) -> Call {
    Call {
        keep: Some(HANDLE.to_string()),
        ..call
    }
}

/// The first arguments as they are given, all others that number.
fn call(export: &Callable, first: &[Argument], number: i128) -> Call {
    let rest = export.signature.params().iter().skip(first.len());
    let rest = rest.map(|parameter| match parameter {
        ValType::F32 | ValType::F64 => Argument::Float(number as f64),
        _ => Argument::Integer(number),
    });
    Call {
        export: export.name.to_string(),
        args: first.iter().cloned().chain(rest).collect(),
        keep: None,
    }
}

fn is_number(parameter: &ValType) -> bool {
    matches!(
        parameter,
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64
    )
}

/// A name that a suite takes, as like the other one as it can be.
pub(super) fn scenario_name(name: &str) -> String {
    let plain = |character: char| match character {
        it if it.is_ascii_alphanumeric() || it == '-' || it == '_' => it,
        _ => '_',
    };
    let name: String = name.chars().take(60).map(plain).collect();
    let name = name.trim_matches('_');
    match is_name(name) {
        true => name.to_string(),
        false => "scenario".to_string(),
    }
}

fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    // File systems may not tell case apart, and each name is a file's.
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.to_ascii_lowercase()) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
}
