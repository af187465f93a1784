//! The log and the naive count say the same, site by site.

use std::path::{Path, PathBuf};

use super::*;
use crate::heap::{Fold, Recording};
use crate::instrument::instrument;
use crate::module::GivenAllocator;
use crate::run::tests::{fixtures, parsed, scenario};
use crate::run::{self, Compiled, Ending, Engine};
use crate::suite::{self, ModuleSource, Scenario, Suite};

#[test]
fn both_counts_agree_on_every_guest() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders: Vec<PathBuf> = ["suites", "tests/planted/suites"]
        .iter()
        .map(|folder| root.join(folder))
        .collect();
    let engine = Engine::new(None).expect("the engine has its defaults");
    for folder in folders {
        for path in suite::discover(&[folder]).expect("there are suites") {
            let suite = suite::load(&path).expect("the suite is valid");
            // A module that counts by itself has no allocator that either of the two could count.
            if suite.sites.is_some() {
                continue;
            }
            let guest = Guest::load(&engine, &suite);
            for scenario in &suite.scenarios {
                guest.check(&engine, scenario);
            }
        }
    }
}

/// Fixtures that ask more of a host than the naive count can do: it reads the guest's memory, and an exception that
/// leaves an allocator leaves the count inside of it.
const UNFIT: [&str; 2] = ["bare-module", "exception-leaves-the-allocator"];

#[test]
fn both_counts_agree_on_every_fixture() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for fixture in fixtures() {
        let (name, module) = parsed(&fixture);
        let scenario = scenario(&module);
        if !UNFIT.contains(&name.as_str()) {
            Guest::of(&engine, module).check(&engine, &scenario);
        }
    }
}

/// A module in both rewrites.
pub(super) struct Guest {
    module: Arc<Module>,
    logged: Compiled,
    naive: Compiled,
    /// Where the calls are in the naive one.
    places: Places,
}

impl Guest {
    fn load(engine: &Engine, suite: &Suite) -> Guest {
        let ModuleSource::File(file) = &suite.module else {
            panic!("guests are prebuilt")
        };
        let given: Vec<GivenAllocator> = suite.allocators.iter().map(Into::into).collect();
        let module = Module::load(file).expect("the guest is there");
        let module = module.with_allocators(&given).expect("they are there");
        Guest::of(engine, module)
    }

    pub(super) fn of(engine: &Engine, module: Module) -> Guest {
        let instrumented = instrument(&module).expect("it has an allocator");
        let mut rewritten = instrumented.clone();
        let allocators = module.allocators().expect("it has an allocator");
        rewritten.wasm = rewrite(&module, &allocators);
        let naive = Module::parse("naive", rewritten.wasm.clone());
        let compile = |rewritten| engine.compile("guest", rewritten).expect("it is valid");
        Guest {
            logged: compile(instrumented),
            naive: compile(rewritten),
            places: Places::of(&naive.expect("the rewrite is valid")),
            module: Arc::new(module),
        }
    }

    pub(super) fn check(&self, engine: &Engine, scenario: &Scenario) {
        let name = format!("{} {}", self.module.name(), scenario.name);
        let logged = run::run(engine, &self.logged, scenario, Fold::default());
        let logged = logged.expect("it runs");
        let naive = run::run_with(engine, &self.naive, scenario, self.counter(), provide);
        let naive = naive.expect("it runs");
        let ending = |ending: &Ending| std::mem::discriminant(ending);
        assert_eq!(ending(&logged.ending), ending(&naive.ending), "{name}");
        self.compare(&name, &logged.observer.finish(), &naive.observer);
    }

    fn counter(&self) -> Naive {
        let allocators = self.module.allocators().expect("it has an allocator");
        Naive::new(Arc::clone(&self.module), allocators, self.places.clone())
    }

    fn compare(&self, name: &str, logged: &Recording, naive: &Naive) {
        let last = logged.marks.last().expect("every run has marks");
        assert_eq!(last.total, naive.total, "{name}: total");
        assert_eq!(last.live, naive.live, "{name}: live at the end");
        assert_eq!(logged.peak, naive.peak, "{name}: peak");
        let folded = logged.diagnostics.folded_allocations;
        assert_eq!(folded, 0, "{name}: below the cap");
        assert_eq!(
            by_place(&self.module, logged),
            naive.sites(),
            "{name}: sites"
        );
    }
}

/// The log's sites by places; those that differ only in how the code is encoded become one.
fn by_place(module: &Module, recording: &Recording) -> BTreeMap<Vec<Place>, Figures> {
    let places = Places::of(module);
    let place = |frame: &CodeFrame| places.at(frame.function, frame.offset as usize);
    let figures = recording.sites.iter().map(|site| {
        let figures = Figures {
            total: site.total,
            at_peak: site.at_peak,
            own_peak: site.own_peak,
            live: site.at_end,
            lifetime: site.lifetime.expect("frees are seen"),
        };
        (site.stack.iter().map(place).collect(), figures)
    });
    figures.collect()
}
