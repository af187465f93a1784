use std::ops::Range;

use insta::assert_snapshot;

use super::super::Module;
use super::{guest, module};

/// Where all lies in a module's memory.
fn check(module: &Module) -> String {
    let layout = module.memory_layout(&module.statics());
    let data: Vec<String> = layout.data.iter().map(show).collect();
    let data = match data.as_slice() {
        [] => "none".to_owned(),
        data => data.join(" and "),
    };
    format!(
        "data {data}, stack {} by global {:?}, heap {} {:#x}",
        layout.stack.as_ref().map_or("none".to_owned(), show),
        layout.stack_pointer,
        if layout.is_heap_start_exact {
            "at"
        } else {
            "not before"
        },
        layout.heap_start,
    )
}

fn show(range: &Range<u64>) -> String {
    format!("{:#x}..{:#x}", range.start, range.end)
}

#[test]
fn of_guests() {
    let guests = [
        "statics/statics-c",
        "statics/statics-cpp",
        "statics/statics-rust",
        "allocs/allocs-c",
        "allocs/allocs-c-exports",
        "allocs/allocs-c-zig",
        "allocs/allocs-c-dlmalloc",
        "allocs/allocs-rust-wasi",
        "zig/zig-small",
        "assemblyscript/as-incremental",
        "assemblyscript/as-incremental-debug",
        "assemblyscript/as-stub",
        "go/go",
        "handles/handles",
    ];
    let shown = guests.map(|name| format!("{name}: {}", check(&guest(name))));
    assert_snapshot!(shown.join("\n"), @"
    statics/statics-c: data 0x0..0x6d0, stack 0x6d0..0x106d0 by global Some(0), heap at 0x106d0
    statics/statics-cpp: data 0x0..0xb00, stack 0xb00..0x10b00 by global Some(0), heap at 0x10b00
    statics/statics-rust: data 0x100000..0x100d12, stack 0x0..0x100000 by global Some(0), heap not before 0x100d12
    allocs/allocs-c: data 0x0..0x600, stack 0x600..0x10600 by global Some(0), heap at 0x10600
    allocs/allocs-c-exports: data 0x0..0x600, stack 0x600..0x10600 by global Some(0), heap at 0x10600
    allocs/allocs-c-zig: data 0x1000000..0x100000c, stack 0x0..0x1000000 by global Some(0), heap not before 0x100000c
    allocs/allocs-c-dlmalloc: data 0x0..0x4f0610, stack 0x4f0610..0x500610 by global Some(0), heap at 0x500610
    allocs/allocs-rust-wasi: data 0x100000..0x1030b4, stack 0x0..0x100000 by global Some(0), heap not before 0x1030b4
    zig/zig-small: data 0x100000..0x100030, stack 0x0..0x100000 by global Some(0), heap not before 0x100030
    assemblyscript/as-incremental: data 0x0..0x50d, stack 0x50d..0x8510 by global Some(16), heap at 0x8510
    assemblyscript/as-incremental-debug: data 0x0..0x110, stack 0x110..0x8110 by global Some(22), heap at 0x8110
    assemblyscript/as-stub: data 0x0..0xad, stack none by global None, heap not before 0xad
    go/go: data 0x0..0xe9a82, stack none by global None, heap not before 0xe9a82
    handles/handles: data none, stack none by global None, heap not before 0x0
    ");
}

#[test]
fn data_then_stack_then_heap() {
    let module = module(
        r#"(module (memory 3)
            (global $__stack_pointer (mut i32) (i32.const 70000))
            (data (i32.const 1024) "static"))"#,
    );
    // The default size of a stack would go down to 4464; what is known of the data ends before that.
    assert_snapshot!(check(&module), @"data 0x0..0x1170, stack 0x1170..0x11170 by global Some(0), heap at 0x11170");
}

#[test]
fn a_stack_goes_no_further_down_than_data_is_known() {
    let module = module(
        r#"(module (memory 3)
            (global $__stack_pointer (mut i32) (i32.const 66000))
            (data (i32.const 1024) "static"))"#,
    );
    assert_snapshot!(check(&module), @"data 0x0..0x406, stack 0x406..0x101d0 by global Some(0), heap at 0x101d0");
}

#[test]
fn stack_then_data_then_heap() {
    let module = module(
        r#"(module (memory 3)
            (global $__stack_pointer (mut i32) (i32.const 65536))
            (data (i32.const 65536) "static"))"#,
    );
    assert_snapshot!(check(&module), @"data 0x10000..0x10006, stack 0x0..0x10000 by global Some(0), heap not before 0x10006");
}

#[test]
fn a_linkers_constants_are_exact() {
    let module = module(
        r#"(module (memory 3)
            (global $__stack_pointer (mut i32) (i32.const 70000))
            (global $__stack_low i32 (i32.const 60000))
            (global (export "__heap_base") i32 (i32.const 71000))
            (data (i32.const 1024) "static"))"#,
    );
    assert_snapshot!(check(&module), @"data 0x0..0xea60 and 0x11170..0x11558, stack 0xea60..0x11170 by global Some(0), heap at 0x11558");
}

#[test]
fn without_names_the_stack_pointer_is_what_functions_begin_by_lowering() {
    let module = module(
        r#"(module (memory 3)
            (global (mut i32) (i32.const 48))
            (global (mut i32) (i32.const 65536))
            (func (global.set 0 (i32.const 1)))
            (func (local i32)
                (global.set 1 (local.tee 0 (i32.sub (global.get 1) (i32.const 16))))))"#,
    );
    assert_snapshot!(check(&module), @"data none, stack 0x0..0x10000 by global Some(1), heap not before 0x10000");
}

#[test]
fn of_memory64() {
    let module = module(
        r#"(module (memory i64 3)
            (global $__stack_pointer (mut i64) (i64.const 65536))
            (data (i64.const 65536) "static"))"#,
    );
    assert_snapshot!(check(&module), @"data 0x10000..0x10006, stack 0x0..0x10000 by global Some(0), heap not before 0x10006");
}

#[test]
fn nonsense_is_not_believed() {
    let module = module(
        r#"(module (memory 1)
            (global $__stack_pointer (mut i32) (i32.const -16))
            (global $__heap_base i32 (i32.const -1))
            (data (i32.const 16) "static"))"#,
    );
    assert_snapshot!(check(&module), @"data 0x0..0x16, stack none by global Some(0), heap not before 0x16");
}

#[test]
fn segments_are_called_what_the_linker_calls_them() {
    let module = guest("statics/statics-c");
    let layout = module.memory_layout(&module.statics());
    let segments = layout.segments.iter();
    let names: Vec<_> = segments
        .map(|segment| (segment.name.as_deref(), segment.is_read_only()))
        .collect();
    assert_eq!(names, [(Some(".rodata"), true), (Some(".data"), false)]);
}

#[test]
fn roots_are_globals_that_may_change_to_an_address() {
    let module = module(
        r#"(module
            (import "env" "kept" (global (mut i32)))
            (memory 1)
            (global $__stack_pointer (mut i32) (i32.const 1024))
            (global $head (mut i32) (i32.const 0))
            (global $wide (mut i64) (i64.const 0))
            (global $limit i32 (i32.const 7))
            (global $ratio (mut f64) (f64.const 0))
            (global (export "last") (mut i32) (i32.const 0))
            (global (mut i32) (i32.const 0)))"#,
    );
    let roots = module.root_globals();
    let shown = roots.iter().map(|root| {
        let name = root.name.as_deref().unwrap_or("-");
        (root.index, name, root.is_imported, root.is_64)
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            (0, "kept", true, false),
            (2, "head", false, false),
            (3, "wide", false, true),
            (6, "last", false, false),
            (7, "-", false, false),
        ]
    );
}

#[test]
fn names_of_segments_do_not_speak_to_the_terminal() {
    let module = module(
        r#"(module
            (memory 1)
            (data $"\1b[2J.data\u{202e}" (i32.const 16) "text"))"#,
    );
    let layout = module.memory_layout(&module.statics());
    let name = layout.segments[0].name.as_deref();
    assert_eq!(name, Some("\u{fffd}[2J.data\u{fffd}"));
}
