//! Random recursion: what folds in the guest must be what is left of a stack without its cycles, whatever calls whatever.

use super::tests::Guest;
use crate::module::Module;
use crate::run::Engine;
use crate::run::tests::scenario;
use crate::splitmix;
use crate::suite::Scenario;

/// Programs that are tried.
const PROGRAMS: u64 = 60;

/// Calls that a program makes at most each time it is called.
const FUEL: u32 = 400;

/// How deep it gets at most.
const DEPTH: u32 = 24;

#[test]
fn both_counts_agree_on_random_recursion() {
    let engine = Engine::new(None).expect("the engine has its defaults");
    for seed in 0..PROGRAMS {
        let text = Program::new(seed).text();
        let wasm = wat::parse_str(&text).expect("the program is a module");
        let module = Module::parse(&format!("program {seed}"), wasm);
        let module = module.expect("the program is valid");
        // Called more than once, so that recursion that was noticed is there from the start.
        let scenario = Scenario {
            cycles: 4,
            ..scenario(&module)
        };
        Guest::of(&engine, module).check(&engine, &scenario);
    }
}

/// Functions that call some of each other, directly or through a table, as chance has it while they run.
struct Program {
    random: u64,
    functions: u64,
}

impl Program {
    fn new(seed: u64) -> Program {
        let mut program = Program {
            random: seed,
            functions: 0,
        };
        program.functions = 2 + program.below(7);
        program
    }

    fn below(&mut self, limit: u64) -> u64 {
        let (value, next) = splitmix::next(self.random);
        self.random = next;
        value % limit
    }

    fn text(&mut self) -> String {
        let bodies: Vec<String> = (0..self.functions).map(|f| self.function(f)).collect();
        let names: Vec<String> = (0..self.functions).map(|f| format!("$f{f}")).collect();
        let (bodies, names) = (bodies.join("\n"), names.join(" "));
        format!(
            r#"(module
            (memory (export "memory") 1)
            (table funcref (elem {names}))
            (type $step (func (param i32)))
            (global $next (mut i32) (i32.const 1024))
            (global $chance (mut i64) (i64.const {seed}))
            (global $fuel (mut i32) (i32.const 0))
            (func $malloc (param $size i32) (result i32)
              global.get $next
              (global.set $next (i32.add (global.get $next) (local.get $size))))
            (func $below (param $limit i32) (result i32)
              (global.set $chance (i64.add (i64.mul (global.get $chance) (i64.const 6364136223846793005)) (i64.const 1)))
              (i32.rem_u (i32.wrap_i64 (i64.shr_u (global.get $chance) (i64.const 33))) (local.get $limit)))
            (func $goes_on (param $depth i32) (result i32)
              (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
              (i32.and (i32.gt_s (global.get $fuel) (i32.const 0)) (i32.lt_s (local.get $depth) (i32.const {DEPTH}))))
            {bodies}
            (func (export "main")
              (global.set $fuel (i32.const {FUEL}))
              (call $f0 (i32.const 0))))"#,
            seed = self.random,
        )
    }

    fn function(&mut self, number: u64) -> String {
        let calls = 1 + self.below(3);
        let calls: Vec<String> = (0..calls).map(|_| self.call()).collect();
        let size = number + 1;
        format!(
            "(func $f{number} (param $depth i32)
              (drop (call $malloc (i32.const {size})))
              {})",
            calls.join("\n")
        )
    }

    /// A call that is made now and then, and a block behind it.
    fn call(&mut self) -> String {
        let (functions, callee) = (self.functions, self.below(self.functions));
        let deeper = "(i32.add (local.get $depth) (i32.const 1))";
        let call = match self.below(3) {
            0 => format!(
                "(call_indirect (type $step) {deeper} (call $below (i32.const {functions})))"
            ),
            _ => format!("(call $f{callee} {deeper})"),
        };
        format!(
            "(if (i32.and (call $goes_on (local.get $depth)) (call $below (i32.const 4)))
              (then {call} (drop (call $malloc (i32.const 100)))))"
        )
    }
}
