use super::super::Frame;

fn frame(function: &str, file: Option<&str>) -> Frame {
    Frame {
        function: function.to_owned(),
        file: file.map(str::to_owned),
        ..Frame::default()
    }
}

#[test]
fn files_tell_whose_code_it_is() {
    let check = |file: &str, expected: bool| {
        assert_eq!(frame("f", Some(file)).is_library(), expected, "{file}")
    };
    check("src/cache.rs", false);
    check("library/alloc/src/vec/mod.rs", true);
    check("library/books/src/lib.rs", false);
    check("hashbrown-0.17.1/src/raw.rs", true);
    check("serde_json-1.0.140/src/de.rs", false);
    check("c++/v1/vector", true);
    check("libc-top-half/musl/src/string/strdup.c", true);
    check("dlmalloc/src/malloc.c", true);
}

#[test]
fn names_tell_it_where_there_is_no_file() {
    let check = |function: &str, expected: bool| {
        assert_eq!(frame(function, None).is_library(), expected, "{function}")
    };
    check("feed::cache::insert", false);
    check("alloc::vec::Vec<feed::Event>::push", true);
    check(
        "<alloc::vec::Vec<feed::Event> as core::clone::Clone>::clone",
        true,
    );
    check("<feed::Cache as core::ops::drop::Drop>::drop", false);
    check("<&mut feed::Cache as core::fmt::Debug>::fmt", false);
    check("core::ptr::drop_in_place::<feed::Cache>", true);
    check("std::vector<feed::Event>::push_back(feed::Event&&)", true);
    check("feed::insert(std::string)", false);
    check("feed::std::insert", false);
    check("operator new(unsigned long)", true);
    check("malloc", true);
    check("main", false);
    check("(anonymous namespace)::load()", false);
}

#[test]
fn allocators_and_the_layers_before_them() {
    let check = |function: &str, file: Option<&str>, expected: bool| {
        assert_eq!(
            frame(function, file).is_allocator_internal(),
            expected,
            "{function}"
        );
    };
    check("dlmalloc", Some("dlmalloc/src/malloc.c"), true);
    check("sys_alloc", Some("dlmalloc/src/malloc.c"), true);
    check(
        "operator new[](unsigned long)",
        Some("src/own_new.cpp"),
        true,
    );
    check("__rustc::__rust_alloc", None, true);
    check("alloc::alloc::exchange_malloc", None, true);
    check(
        "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
        None,
        true,
    );
    check(
        "alloc::vec::Vec<u8>::push",
        Some("library/alloc/src/vec/mod.rs"),
        false,
    );
    check("feed::alloc", Some("src/alloc.rs"), false);
}
