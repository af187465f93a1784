use std::fs::File;

use insta::assert_snapshot;

use super::super::Module;

/// The error for a file with these bytes; `FILE` stands for its path.
fn check(bytes: &[u8]) -> String {
    match Module::parse("FILE", bytes.to_vec()) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn check_wat(wat: &str) -> String {
    check(&wat::parse_str(wat).expect("the test's text is a module"))
}

#[test]
fn names_the_missing_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("absent.wasm");
    let error = Module::load(&path)
        .expect_err("there is no file")
        .to_string();
    assert_snapshot!(error.replace(path.to_str().expect("UTF-8"), "FILE"), @"failed to read module FILE: there is no such file");
}

#[test]
fn names_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Module::load(folder.path())
        .expect_err("it is a folder")
        .to_string();
    assert_snapshot!(error.replace(folder.path().to_str().expect("UTF-8"), "FILE"), @"failed to read module FILE: it is a directory");
}

#[test]
fn refuses_more_than_offsets_reach() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.wasm");
    let file = File::create(&path).expect("a file");
    file.set_len((1 << 30) + 1).expect("a hole in it");
    let error = Module::load(&path)
        .expect_err("it is too large")
        .to_string();
    assert_snapshot!(error.replace(path.to_str().expect("UTF-8"), "FILE"), @"failed to read module FILE: it has 1073741825 bytes, a module may have 1073741824: strip its debug info");
}

#[test]
fn is_named_for_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leak.wasm");
    std::fs::write(&path, b"\0asm\x01\0\0\0").expect("a file");
    assert_eq!(
        Module::load(&path).expect("the empty module is one").name(),
        "leak.wasm"
    );
}

#[test]
fn tells_what_a_file_is_that_is_no_wasm() {
    let files: [&[u8]; 9] = [
        b"",
        b"<!DOCTYPE html><html>",
        b";; a comment\n(module)",
        b"\xef\xbb\xbf  (module)",
        b"\x1f\x8b\x08\0\0\0\0\0",
        b"\x7fELF\x02\x01\x01",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"!<arch>\n/               0",
        b"\xff\xfe\x1b[31m",
    ];
    let answers: Vec<String> = files.iter().map(|bytes| check(bytes)).collect();
    assert_snapshot!(answers.join("\n"), @r"
    failed to read module FILE: the file is empty, did its build fail?
    failed to read module FILE: this is not wasm, it begins with `<!DOCTYPE html><`: it looks like HTML or XML, perhaps an error page that was downloaded in its place
    failed to read module FILE: this is not wasm, it begins with `;; a comment\n(mo`: it looks like WebAssembly text: translate it with `wat2wasm` or `wasm-tools parse`
    failed to read module FILE: this is not wasm, it begins with `\xef\xbb\xbf  (module)`: it looks like WebAssembly text: translate it with `wat2wasm` or `wasm-tools parse`
    failed to read module FILE: this is not wasm, it begins with `\x1f\x8b\x08\x00\x00\x00\x00\x00`: it is gzip-compressed: unpack it with `gunzip`
    failed to read module FILE: this is not wasm, it begins with `\x7fELF\x02\x01\x01`: it is a native program: build for a wasm target, such as wasm32-wasip1
    failed to read module FILE: this is not wasm, it begins with `version https://`: it is a Git LFS pointer: fetch the file with `git lfs pull`
    failed to read module FILE: this is not wasm, it begins with `!<arch>\n/       `: it is a static library: link it into a module first
    failed to read module FILE: this is not wasm, it begins with `\xff\xfe\x1b[31m`: a wasm file begins with `\0asm`: is this the file that the build wrote?
    ");
}

#[test]
fn tells_where_a_file_is_cut_off() {
    let wat = r#"(module (func (export "f") (result i32) i32.const 1))"#;
    let whole = wat::parse_str(wat).expect("the test's text is a module");
    let cuts = [3, 6, 9, 12, whole.len() - 3].map(|size| check(&whole[..size]));
    assert_snapshot!(cuts.join("\n"), @r"
    failed to read module FILE: this is not wasm, it begins with `\x00as`: a wasm file begins with `\0asm`: is this the file that the build wrote?
    failed to read module FILE: it is cut off after 6 bytes, 2 or more are missing from the header section at offset 0x0: build or download it again
    failed to read module FILE: it is cut off after 9 bytes, 1 or more are missing from the type section at offset 0x8: build or download it again
    failed to read module FILE: it is cut off after 12 bytes, 3 or more are missing from the type section at offset 0x8: build or download it again
    failed to read module FILE: it is cut off after 31 bytes, 3 or more are missing from the code section at offset 0x1a: build or download it again
    ");
}

#[test]
fn takes_core_modules_only() {
    assert_snapshot!(check(b"\0asm\x0d\0\x01\0"), @"failed to read module FILE: this is a component, and memgate measures core modules: build for a target that gives one (such as wasm32-wasip1 in place of wasm32-wasip2), or take the core module out of it with `wasm-tools component unbundle --module-dir modules FILE`");
    assert_snapshot!(check(b"\0asm\x02\0\0\0"), @"failed to read module FILE: wasm version 0x2 is unknown, core modules have version 0x1");
}

#[test]
fn tells_the_rule_that_is_broken() {
    assert_snapshot!(check_wat("(module (func (result i32)))"), @"failed to read module FILE: invalid at offset 0x18: type mismatch: expected i32 but nothing on stack");
}

#[test]
fn refuses_what_cannot_be_measured() {
    assert_snapshot!(check_wat("(module (memory 1 2 shared))"), @"failed to read module FILE: it has a shared memory, and memgate cannot yet measure threads: build without them (`-pthread`, `-matomics`, `target-feature=+atomics`)");
    let legacy = "(module (tag) (func try catch 0 end))";
    assert_snapshot!(check_wat(legacy), @"failed to read module FILE: it uses legacy exceptions at offset 0x1c: build with `-mllvm -wasm-use-legacy-eh=false`, or translate it with `wasm-opt --translate-to-exnref`");
}

#[test]
fn takes_what_engines_are_about_to_take() {
    let wat = r#"(module
        (memory i64 1) (memory 1)
        (tag $e)
        (type $node (struct (field (mut i32))))
        (func (try_table (catch_all 0)) (throw $e))
        (func (result (ref $node)) (struct.new_default $node)))"#;
    assert_eq!(check_wat(wat), "ok");
}

#[test]
fn tells_what_sections_say() {
    let module = super::module(
        r#"(module
            (import "env" "log" (func $log (param f64)))
            (import "env" "memory" (memory 1))
            (func $twice (export "twice") (param i64 i64) (result i32) i32.const 0)
            (func (export "_start")))"#,
    );
    assert_eq!(
        (module.imported_functions(), module.function_count()),
        (1, 3)
    );
    assert_eq!(module.imports()[0].name, "log");
    assert_eq!(module.signature(1).params().len(), 2);
    assert_eq!(module.function_name(1), Some("twice"));
    assert_eq!(module.function_name(2), None);
    assert_eq!(module.body(0), None);
    let body = module.body(1).expect("it is defined");
    assert_eq!(module.bytes()[body.clone()], [0, 0x41, 0, 0x0b]);
    assert_eq!(module.function_at(body.start), Some(1));
    assert_eq!(
        module.function_at(body.end),
        None,
        "that is the next body's size"
    );
    assert_eq!(module.function_at(0), None);
    assert!(
        module.is_command()
            && !module.is_reactor()
            && !module.has_exceptions()
            && !module.is_memory64()
    );
    assert_eq!(module.memories().len(), 1);
}
