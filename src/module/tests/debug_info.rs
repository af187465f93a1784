use super::super::{DebugInfo, Module};
use super::{fixture, module};

#[test]
fn lines() {
    for name in ["inlined", "names", "vector"] {
        let module = Module::parse(name, fixture(name)).expect("the fixture is a module");
        assert_eq!(module.debug_info(), DebugInfo::Lines, "{name}");
    }
}

#[test]
fn names() {
    assert_eq!(module("(module (func $f))").debug_info(), DebugInfo::Names);
}

#[test]
fn nothing() {
    assert_eq!(
        module(r#"(module (func (export "f")))"#).debug_info(),
        DebugInfo::Nothing
    );
    assert_eq!(module("(module)").debug_info(), DebugInfo::Nothing);
}

#[test]
fn what_is_missing_comes_with_the_flag_that_gives_it() {
    assert_eq!(DebugInfo::Lines.advice(), None);
    for missing in [DebugInfo::Names, DebugInfo::Nothing] {
        let advice = missing.advice().expect("there is something to do");
        assert!(
            advice.contains("`-g`") && advice.contains("debug = \"limited\""),
            "{advice}"
        );
    }
}
