use super::super::symbol::{last_segment, qualified, readable, readable_type, without_parameters};

#[test]
fn names_read_as_they_are_written() {
    let check = |symbol: &str, expected: &str| assert_eq!(readable(symbol), expected, "{symbol}");
    // C
    check("malloc", "malloc");
    check("__main_argc_argv", "main");
    // Rust: v0, its impls in brackets; the older mangling, demangled here or by a linker that took it for C++
    check(
        "_RNvMs_Cs7PNVc9noXCH_6vectorNtB4_5Cache6insert",
        "vector::Cache::insert",
    );
    check(
        "_ZN4feed5cache6insert17h0123456789abcdefE",
        "feed::cache::insert",
    );
    check(
        "feed::cache::insert::h0123456789abcdef",
        "feed::cache::insert",
    );
    check("feed::halt", "feed::halt");
    check(
        "<feed::Cache<alloc::vec::Vec<u8>>>::insert",
        "feed::Cache<alloc::vec::Vec<u8>>::insert",
    );
    check(
        "<feed::Cache as core::ops::drop::Drop>::drop",
        "<feed::Cache as core::ops::drop::Drop>::drop",
    );
    check("<[u8]>::to_vec", "<[u8]>::to_vec");
    check(
        "<fn(u8) -> u8 as feed::Visit>::visit",
        "<fn(u8) -> u8 as feed::Visit>::visit",
    );
    // C++: what is returned, the ABI's namespace, an empty pack and `std::string` spelled out
    check(
        "_ZN4feed5CacheIlE6insertEl",
        "feed::Cache<long>::insert(long)",
    );
    check("void feed::insert<int>(int)", "feed::insert<int>(int)");
    check(
        "void (anonymous namespace)::insert<int>(int)",
        "(anonymous namespace)::insert<int>(int)",
    );
    check(
        "bool feed::operator==<int>(int, int)",
        "bool feed::operator==<int>(int, int)",
    );
    check("operator new(unsigned long)", "operator new(unsigned long)");
    check(
        "feed::operator_count<int>(int) const",
        "feed::operator_count<int>(int) const",
    );
    check(
        "std::__2::vector<int, std::__2::allocator<int> >::push_back(int&&)",
        "std::vector<int, std::allocator<int>>::push_back(int&&)",
    );
    check(
        "f(std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> >)",
        "f(std::string)",
    );
    // what is broken stays as it is
    check("_ZN4feed", "_ZN4feed");
    check("_RNvC", "_RNvC");
    check(">>::<(", ">>::<(");
}

#[test]
fn a_name_cannot_command_the_terminal() {
    assert_eq!(readable("\x1b[31mred\n"), "\u{fffd}[31mred\u{fffd}");
}

#[test]
fn a_symbol_that_doubles_itself_is_cut() {
    // f(A<int, int>, A<that, that>, A<that, that>, ...): each parameter is twice as long as the one before.
    let doubled: String = (0..30)
        .map(|index| format!("S_IS{0}_S{0}_E", digit(index)))
        .collect();
    let name = readable(&format!("_Z1f1AIiiE{doubled}"));
    assert!(name.len() < 10_000 && name.starts_with("f(A<int, int>, A<A<int, int>, A<int, int>>"));
}

/// Substitutions count in base 36.
fn digit(index: u32) -> char {
    char::from_digit(index, 36)
        .expect("there are thirty")
        .to_ascii_uppercase()
}

#[test]
fn the_qualified_name_alone() {
    let check = |name: &str, expected: &str| assert_eq!(qualified(name), expected, "{name}");
    check("feed::insert(int)", "feed::insert");
    check(
        "void feed::insert<int>(void (*)(int)) const",
        "feed::insert<int>",
    );
    check(
        "(anonymous namespace)::insert(int)",
        "(anonymous namespace)::insert",
    );
    check("<(u8, u8) as Trait>::f", "<(u8, u8) as Trait>::f");
}

#[test]
fn the_last_segment_alone() {
    let check = |name: &str, expected: &str| assert_eq!(last_segment(name), expected, "{name}");
    check("insert", "insert");
    check("insert<u32, alloc::alloc::Global>", "insert");
    check("feed::Cache<K>::insert::<u32>", "insert");
    check("<feed::Cache as core::ops::drop::Drop>::drop", "drop");
    check("feed::Cache<long>::insert(long)", "insert");
}

#[test]
fn parameters_of_the_functions_on_a_path_are_left_out() {
    let check = |name: &str, expected: &str| {
        assert_eq!(without_parameters(name), expected, "{name}");
    };
    check("feed::cache", "feed::cache");
    check(
        "feed::Cache::instance()::cache",
        "feed::Cache::instance::cache",
    );
    check("feed::find(int (*)(int)) const::last", "feed::find::last");
    check(
        "(anonymous namespace)::find(feed::Key<int>)::last",
        "(anonymous namespace)::find::last",
    );
    check(
        "feed::Pool<void (int)>::shared",
        "feed::Pool<void (int)>::shared",
    );
    check("feed::broken(int", "feed::broken");
}

#[test]
fn types_are_told_without_what_nobody_writes() {
    let check = |name: &str, expected: &str| {
        assert_eq!(readable_type(name.to_owned()), expected, "{name}");
    };
    check("node", "node");
    check(
        "alloc::vec::Vec<feed::Event, alloc::alloc::Global>",
        "alloc::vec::Vec<feed::Event>",
    );
    check(
        "std::__2::map<int, std::__2::vector<long, std::__2::allocator<long> >, std::__2::less<int>, \
         std::__2::allocator<std::__2::pair<const int, std::__2::vector<long, std::__2::allocator<long> > > > >",
        "std::map<int, std::vector<long>>",
    );
    check(
        "std::__1::unique_ptr<a, std::__1::default_delete<a> >",
        "std::unique_ptr<a>",
    );
    check("feed::Pool<int, std::allocator<int", "feed::Pool<int");
}
