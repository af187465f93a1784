use insta::assert_snapshot;

use super::super::{Module, Static, Statics, TypeId, Word};
use super::{Random, guest};

/// The statics of the module's own code: name, place in memory, declaration and type, then the words in them that may hold an
/// address, with what they lead to.
fn check(name: &str) -> String {
    let module = guest(name);
    let statics = module.statics();
    let own = statics.all().iter().filter(|known| is_own(known));
    own.map(|known| show(&statics, known)).collect()
}

fn is_own(known: &Static) -> bool {
    let file = known.file.as_deref().unwrap_or_default();
    file.starts_with("guests/")
}

fn show(statics: &Statics<'_>, known: &Static) -> String {
    let ty = known.ty.expect("its size comes from its type");
    let file = known.file.as_deref().expect("it is shown for its file");
    let line = known.line.expect("compilers give both");
    let from = match known.offset {
        0 => String::new(),
        offset => format!(" from byte {offset}"),
    };
    format!(
        "{} at {:#x}, {} B{from}, {}:{line}\n  {}{}\n",
        known.name,
        known.address,
        known.size,
        file.rsplit('/').next().unwrap_or_default(),
        statics.types().name(ty),
        words(statics, known),
    )
}

/// Words in a row that are the same are told once.
fn words(statics: &Statics<'_>, known: &Static) -> String {
    let mut shown = String::new();
    let mut last = Word::Data;
    for offset in (0..known.size / 4).map(|word| word * 4) {
        let word = statics.word(known.address + offset);
        if word != last {
            shown += &format!("\n    {offset}: {}", show_word(statics, word));
        }
        last = word;
    }
    shown
}

fn show_word(statics: &Statics<'_>, word: Word) -> String {
    match word {
        Word::Data => "-".to_owned(),
        Word::Integer => "may be one".to_owned(),
        Word::Pointer(None) => "pointer".to_owned(),
        Word::Pointer(Some(target)) => format!("pointer to {}", statics.types().name(target)),
    }
}

#[test]
fn of_c() {
    assert_snapshot!(check("statics/statics-c"), @"
    lines at 0x400, 16 B, statics.c:46
      char *[4]
        0: pointer to char
    average at 0x410, 8 B, statics.c:49
      double
    options at 0x418, 1 B, statics.c:45
      options
    tick::count at 0x41c, 4 B, statics.c:62
      int
        0: may be one
    head at 0x420, 4 B, statics.c:41
      node_t *
        0: pointer to node
    current at 0x424, 4 B, statics.c:53
      node_t *
        0: pointer to node
    table at 0x428, 72 B, statics.c:43
      table
        0: may be one
        4: pointer to node
        36: -
        40: pointer
        44: -
        48: may be one
        52: -
        56: pointer
        60: -
        64: may be one
        68: -
    anything at 0x470, 4 B, statics.c:44
      any
        0: pointer
    opaque at 0x474, 4 B, statics.c:51
      void *
        0: pointer
    hidden at 0x478, 4 B, statics.c:52
      hidden *
        0: pointer to hidden
    token at 0x47c, 4 B, statics.c:48
      size_t
        0: may be one
    counts at 0x480, 60 B, statics.c:47
      int[3][5]
        0: may be one
    flags at 0x4c0, 16 B, statics.c:50
      unsigned char[16]
        0: may be one
    first at 0x4d0, 4 B, statics.c:42
      node
        0: pointer to node
    ");
}

#[test]
fn of_cpp() {
    assert_snapshot!(check("statics/statics-cpp"), @"
    feed::Cache::hits at 0x790, 4 B, statics.cpp:49
      int
        0: may be one
    feed::(anonymous namespace)::events at 0x794, 12 B, statics.cpp:35
      std::vector<feed::Event>
        0: pointer to feed::Event
    feed::by_name at 0x7a0, 12 B, statics.cpp:38
      std::map<std::string, std::unique_ptr<feed::Event>>
        0: pointer to std::__tree_end_node<std::__tree_node_base<void *> *>
        4: pointer to std::__tree_node_base<void *>
        8: may be one
    feed::latest at 0x7ac, 8 B, statics.cpp:39
      std::shared_ptr<feed::Event>
        0: pointer to feed::Event
        4: pointer to std::__shared_weak_count
    feed::origin at 0x7b4, 16 B, statics.cpp:55
      feed::Event
        0: pointer to char
        4: may be one
        12: pointer to feed::Event
    feed::listener at 0x7c4, 16 B, statics.cpp:56
      feed::Listener
        4: may be one
        8: pointer to feed::Event
    feed::Cache::hot at 0x7d4, 4 B, statics.cpp:48
      feed::Event *
        0: pointer to feed::Event
    feed::Cache::instance::cache at 0x7d8, 12 B, statics.cpp:45
      feed::Cache
        0: pointer to feed::Event *
    feed::Pool<feed::Event>::shared at 0x7e8, 8 B, statics.cpp:29
      feed::Pool<feed::Event>
        0: pointer to feed::Event
        4: -
    ");
}

#[test]
fn of_rust() {
    assert_snapshot!(check("statics/statics-rust"), @"
    statics::HITS at 0x100a38, 4 B, statics.rs:33
      core::sync::atomic::Atomic<usize>
        0: may be one
    statics::STATE at 0x100a3c, 20 B, statics.rs:30
      std::sync::poison::mutex::Mutex<statics::State>
        4: may be one
        8: pointer to statics::cache::Event
        12: may be one
        16: -
    statics::TABLE at 0x100a50, 48 B, statics.rs:37
      [std::sync::poison::mutex::Mutex<core::option::Option<alloc::string::String>>; 3]
        4: may be one
        8: pointer to u8
        12: may be one
        16: -
        20: may be one
        24: pointer to u8
        28: may be one
        32: -
        36: may be one
        40: pointer to u8
        44: may be one
    statics::WORDS at 0x100a80, 16 B, statics.rs:32
      std::sync::lazy_lock::LazyLock<alloc::vec::Vec<&str>, fn() -> alloc::vec::Vec<&str>>
        0: may be one
        4: pointer to &str
        8: may be one
        12: -
    statics::RATIOS at 0x100a90, 20 B, statics.rs:38
      std::sync::poison::mutex::Mutex<[f32; 4]>
    statics::ROUNDS at 0x100aa4, 4 B, statics.rs:34
      core::sync::atomic::Atomic<u32>
        0: may be one
    statics::LISTENERS at 0x100aa8, 16 B, statics.rs:36
      std::sync::poison::mutex::Mutex<alloc::vec::Vec<alloc::boxed::Box<(dyn core::ops::function::Fn<(u32), Output=u32> + core::marker::Send)>>>
        4: may be one
        8: pointer to alloc::boxed::Box<(dyn core::ops::function::Fn<(u32), Output=u32> + core::marker::Send)>
        12: may be one
    statics::tick::COUNT at 0x100ab8, 4 B, statics.rs:47
      core::sync::atomic::Atomic<u32>
        0: may be one
    statics::NAMES at 0x100ac0, 40 B, statics.rs:31
      std::sync::once_lock::OnceLock<std::collections::hash::map::HashMap<alloc::string::String, u32, std::hash::random::RandomState>>
        0: pointer to u8
        4: may be one
        20: -
        24: may be one
        28: -
    statics::DEPTH at 0x100ae8, 4 B, statics.rs:40
      std::sys::thread_local::no_threads::EagerStorage<core::cell::Cell<u32>>
        0: may be one
    statics::LOADED at 0x100aec, 20 B, statics.rs:40
      std::sys::thread_local::no_threads::LazyStorage<core::cell::RefCell<alloc::vec::Vec<u64>>>
        0: may be one
        8: pointer to u64
        12: may be one
        16: -
    statics::CURRENT at 0x100b00, 8 B, statics.rs:40
      std::sys::thread_local::no_threads::EagerStorage<core::cell::RefCell<core::option::Option<alloc::rc::Rc<statics::cache::Event>>>>
        0: may be one
        4: pointer to alloc::rc::RcInner<statics::cache::Event>
    statics::cache::EVENT_CACHE at 0x100b08, 16 B, statics.rs:19
      std::sync::poison::mutex::Mutex<alloc::collections::btree::map::BTreeMap<u32, statics::cache::Event>>
        4: pointer to alloc::collections::btree::node::LeafNode<u32, statics::cache::Event>
        8: may be one
    ");
}

#[test]
fn without_variables_in_debug_info_there_are_none() {
    for name in ["watch/watch", "markdown/markdown", "handles/handles"] {
        assert_eq!(guest(name).statics().all(), [], "{name}");
    }
}

#[test]
fn what_the_linker_threw_away_is_left_out() {
    for name in ["leak/leak-o2", "statics/statics-c", "statics/statics-rust"] {
        let module = guest(name);
        let statics = module.statics();
        let mut end = 1;
        for known in statics.all() {
            assert!(known.size > 0 && known.address >= end, "{name}: {known:?}");
            end = known.range().end;
        }
        assert!(
            end > 1 && end <= module.memories()[0].initial << 16,
            "{name}"
        );
    }
}

#[test]
fn an_address_belongs_to_the_static_that_lies_there() {
    let module = guest("statics/statics-c");
    let statics = module.statics();
    let name = |address| statics.at(address).map(|known| known.name.as_str());
    let table = statics.all().iter().find(|known| known.name == "table");
    let range = table.expect("it is one of them").range();
    assert_eq!(name(range.start), Some("table"));
    assert_eq!(name(range.end - 1), Some("table"));
    assert_ne!(name(range.end), Some("table"));
    assert_eq!(name(0), None);
    assert_eq!(name(u64::MAX), None);
}

/// What a block of each size is where that pointer leads, in words of `sizes`.
fn check_blocks(name: &str, variable: &str, offset: u64, sizes: &[u64]) -> Vec<Option<String>> {
    let module = guest(name);
    let statics = module.statics();
    let known = statics.all().iter().find(|known| known.name == variable);
    let address = known.expect("there is such a variable").address + offset;
    let Word::Pointer(Some(target)) = statics.word(address) else {
        panic!("{variable} has no pointer at {offset}");
    };
    let types = statics.types();
    let block = |&size: &u64| {
        types
            .of_block(target, size)
            .map(|ty| types.name(ty).to_string())
    };
    sizes.iter().map(block).collect()
}

#[test]
fn blocks_have_the_type_that_a_pointer_says_if_its_size_fits() {
    let node = Some("node".to_owned());
    assert_eq!(
        check_blocks("statics/statics-c", "head", 0, &[12, 36, 8, 16, 0]),
        [node.clone(), node, None, None, None]
    );
    // Only declared, and bytes.
    assert_eq!(
        check_blocks("statics/statics-c", "hidden", 0, &[12]),
        [None]
    );
    assert_eq!(check_blocks("statics/statics-c", "lines", 0, &[12]), [None]);
}

#[test]
fn a_base_class_may_be_the_beginning_of_something_larger() {
    let (name, variable) = ("statics/statics-cpp", "feed::by_name");
    let blocks = check_blocks(name, variable, 4, &[16, 32]);
    assert!(blocks[0].is_some() && blocks[1].is_none(), "{blocks:?}");
}

#[test]
fn what_a_vector_holds_is_its_argument() {
    let event = Some("statics::cache::Event".to_owned());
    let (name, variable) = ("statics/statics-rust", "statics::STATE");
    let size = 20;
    assert_eq!(
        check_blocks(name, variable, 8, &[size, 3 * size]),
        [event.clone(), event]
    );
}

#[test]
fn pointers_of_an_array_repeat() {
    let module = guest("statics/statics-c");
    let statics = module.statics();
    let known = statics.all().iter().find(|known| known.name == "first");
    let ty = known.and_then(|known| known.ty).expect("it is a node");
    let offsets = |size| -> Vec<u64> {
        let words = statics.types().words(ty);
        let pointers = words.pointers(size).map(|(offset, _)| offset);
        pointers.collect()
    };
    assert_eq!(offsets(12), [0, 8]);
    assert_eq!(offsets(24), [0, 8, 12, 20]);
    assert!(offsets(3).is_empty());
}

/// Whatever stands in debug info, every question has an answer in reasonable time.
#[test]
fn broken_debug_info_is_survived() {
    for name in ["statics/statics-c", "statics/statics-cpp"] {
        let whole = guest(name);
        let sections: Vec<_> = [".debug_info", ".debug_abbrev", ".debug_line"]
            .into_iter()
            .map(|section| section_range(&whole, section))
            .collect();
        let mut random = Random(name.len() as u64);
        for _ in 0..60 {
            let mut bytes = whole.bytes().to_vec();
            for _ in 0..8 {
                let section = &sections[random.below(sections.len())];
                bytes[section.start + random.below(section.len())] = random.below(256) as u8;
            }
            let broken = Module::parse(name, bytes).expect("custom sections may hold anything");
            ask_everything(&broken);
        }
    }
}

fn section_range(module: &Module, name: &str) -> std::ops::Range<usize> {
    let custom = &module.contents.custom;
    let section = custom.iter().find(|section| section.0 == name);
    section.expect("the guest has debug info").1.clone()
}

fn ask_everything(module: &Module) {
    let statics = module.statics();
    let types = statics.types();
    let mut seen: Vec<TypeId> = Vec::new();
    for known in statics.all() {
        let ty = known.ty.expect("its size comes from its type");
        types.name(ty);
        let words = types.words(ty);
        let pointers = words.pointers(known.size.min(1 << 12));
        seen.extend(pointers.filter_map(|(_, target)| target));
    }
    for target in seen {
        types.name(target);
        types.of_block(target, 48);
        types.words(target);
    }
    module.memory_layout(&statics);
}
