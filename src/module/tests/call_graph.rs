use super::super::Module;
use super::module;

/// Names of the functions from which `$malloc` can be reached, and of those on each cycle.
fn check(wat: &str, reaching: &str, cycles: &[&str]) {
    let module = module(&format!(
        "(module (memory 1) (type $plain (func)) (type $number (func (param i32) (result i32)))
            (func $malloc (param i32) (result i32) unreachable) {wat})"
    ));
    let graph = module.call_graph();
    assert_eq!(names(&module, |function| graph.reaches(function)), reaching);
    let mut found = Vec::new();
    for cycle in 0.. {
        let members = names(&module, |function| graph.component(function) == Some(cycle));
        if members.is_empty() {
            break;
        }
        found.push(members);
    }
    found.sort();
    assert_eq!(found, cycles);
}

fn names(module: &Module, is_wanted: impl Fn(u32) -> bool) -> String {
    let wanted = (0..module.function_count()).filter(|&function| is_wanted(function));
    let names: Vec<&str> = wanted
        .filter_map(|function| module.function_name(function))
        .collect();
    names.join(" ")
}

#[test]
fn direct_calls() {
    let wat = "(func $a (call $b)) (func $b (drop (call $malloc (i32.const 1)))) (func $c)
        (func $d (return_call $a))";
    check(wat, "malloc a b d", &[]);
}

#[test]
fn indirect_calls_reach_what_has_their_type_and_an_address() {
    let wat = "(table 4 funcref) (elem (i32.const 0) $taken)
        (func $taken (call $allocate))
        (func $allocate (drop (call $malloc (i32.const 1))))
        (func $same (call_indirect (type $plain) (i32.const 0)))
        (func $other (drop (call_indirect (type $number) (i32.const 0) (i32.const 0))))";
    check(wat, "malloc taken allocate same", &[]);
}

#[test]
fn an_export_alone_is_no_address() {
    let wat = "(table 4 funcref)
        (func $exported (export \"exported\") (drop (call $malloc (i32.const 1))))
        (func $caller (call_indirect (type $plain) (i32.const 0)))";
    check(wat, "malloc exported", &[]);
}

#[test]
fn addresses_are_taken_in_many_places() {
    let allocates = "(drop (call $malloc (i32.const 1)))";
    let caller = "(func $caller (param funcref) (call_indirect (type $plain) (i32.const 0)))";
    let places = [
        "(table 4 funcref) (elem declare func $f) (func $taker (result funcref) (ref.func $f))",
        "(table 4 funcref) (global funcref (ref.func $f))",
        "(table 4 funcref) (elem funcref (ref.func $f))",
        "(table 4 funcref (ref.func $f))",
    ];
    for place in places {
        check(
            &format!("{place} (func $f {allocates}) {caller}"),
            "malloc f caller",
            &[],
        );
    }
}

#[test]
fn calls_by_reference() {
    let wat = "(elem declare func $f)
        (func $f (drop (call $malloc (i32.const 1))))
        (func $by_reference (param (ref $plain)) (call_ref $plain (local.get 0)))
        (func $at_the_end (param (ref $plain)) (return_call_ref $plain (local.get 0)))";
    check(wat, "malloc f by_reference at_the_end", &[]);
}

#[test]
fn equal_types_are_one() {
    let wat = "(table 4 funcref) (elem (i32.const 0) $taken) (type $again (func))
        (func $taken (type $again) (drop (call $malloc (i32.const 1))))
        (func $caller (call_indirect (type $plain) (i32.const 0)))";
    check(wat, "malloc taken caller", &[]);
}

#[test]
fn a_supertype_reaches_functions_of_its_subtypes() {
    let wat = "(table 4 funcref) (elem (i32.const 0) $taken)
        (type $wide (sub (func))) (type $narrow (sub $wide (func)))
        (func $taken (type $narrow) (drop (call $malloc (i32.const 1))))
        (func $by_supertype (call_indirect (type $wide) (i32.const 0)))
        (func $by_other (call_indirect (type $plain) (i32.const 0)))";
    check(wat, "malloc taken by_supertype", &[]);
}

#[test]
fn types_tell_what_they_reach() {
    let module = module(
        "(module (memory 1) (type $plain (func)) (type $number (func (param i32))) (table 4 funcref)
            (func $malloc (param i32) (result i32) unreachable)
            (elem (i32.const 0) $taken)
            (func $taken (type $plain) (drop (call $malloc (i32.const 1)))))",
    );
    let graph = module.call_graph();
    assert!(graph.type_reaches(0) && !graph.type_reaches(1));
}

#[test]
fn cycles() {
    let wat = "(func $self (call $self)) (func $once (call $self))
        (func $even (call $odd)) (func $odd (call $even))";
    check(wat, "malloc", &["even odd", "self"]);
}

#[test]
fn a_cycle_through_the_table() {
    let wat = "(table 4 funcref) (elem (i32.const 0) $visit)
        (func $visit (call $children))
        (func $children (call_indirect (type $plain) (i32.const 0)))
        (func $aside (call_indirect (type $plain) (i32.const 0)))";
    check(wat, "malloc", &["visit children"]);
}

#[test]
fn calls_that_do_not_return_are_no_recursion_but_may_allocate() {
    let wat = "(func $f (call $panic) unreachable)
        (func $panic (call $f) (drop (call $malloc (i32.const 1))))";
    check(wat, "malloc f panic", &[]);
}

#[test]
fn what_an_allocator_calls_makes_nobody_recursive() {
    let wat = "(func $valloc (param i32) (result i32) (call $handler) (i32.const 8))
        (func $handler (drop (call $valloc (i32.const 1))))";
    check(wat, "malloc valloc handler", &[]);
}

#[test]
fn what_only_frees_reaches_no_allocation() {
    let wat = "(func $free (param i32)) (func $drop (call $free (i32.const 8)))";
    check(wat, "malloc", &[]);
}

#[test]
fn depth_costs_no_stack() {
    let mut wat = String::from("(func $f0 (drop (call $malloc (i32.const 1))))");
    for index in 1..50_000 {
        wat.push_str(&format!("(func $f{index} (call $f{}))", index - 1));
    }
    let module = module(&format!(
        "(module (memory 1) (func $malloc (param i32) (result i32) unreachable) {wat})"
    ));
    assert!(module.call_graph().reaches(50_000));
}
