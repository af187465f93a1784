//! Small heaps, with roots of every kind.

use super::*;

/// Static data, then a stack, then three blocks of sixteen bytes, one site each.
const DATA: Range<u64> = 0..64;
const STACK: Range<u64> = 64..128;
const BLOCKS: [u64; 3] = [160, 192, 224];
const STACK_POINTER: u32 = 0;

/// A word, and what it is an address of.
type Word = (u64, u64);

fn roots() -> Roots {
    Roots {
        data: vec![DATA],
        is_exact: true,
        stack: Some(Stack {
            pointer: STACK_POINTER,
            start: STACK.end,
        }),
        ..Roots::default()
    }
}

/// The first block ever lay at that address.
fn surveyed_since(roots: &Roots, words: &[Word], lowest: u64) -> Survey {
    let seen = Seen {
        lowest: Some(lowest),
        ..Seen::default()
    };
    surveyed_with(seen, roots, words, &[], None)
}

fn surveyed(roots: &Roots, words: &[Word], globals: &[Word], kept: Option<u64>) -> Survey {
    surveyed_with(Seen::default(), roots, words, globals, kept)
}

fn surveyed_with(
    seen: Seen<'_>,
    roots: &Roots,
    words: &[Word],
    globals: &[Word],
    kept: Option<u64>,
) -> Survey {
    let mut memory = vec![0; 256];
    for (at, value) in words {
        let at = *at as usize;
        memory[at..at + 4].copy_from_slice(&(*value as u32).to_le_bytes());
    }
    let blocks = (0..).zip(BLOCKS).map(|(site, address)| LiveBlock {
        address,
        size: 16,
        site,
    });
    let globals = globals.iter();
    let globals = globals.map(|(index, value)| (*index as u32, *value));
    let view = View {
        memory: &memory,
        width: Width::Narrow,
        globals: globals.collect(),
        kept: kept
            .map(|value| ("kept".to_owned(), value))
            .into_iter()
            .collect(),
    };
    let live = Live::new(blocks, std::iter::empty());
    survey(MarkKind::Final, &live, seen, roots, &view)
}

/// By what each block is held, or that it is not.
#[track_caller]
fn check(survey: &Survey, expected: [Option<Root>; 3]) {
    let by = |site: u32| Some(survey.sites[&site].held.as_ref()?.by.clone());
    assert_eq!([0, 1, 2].map(by), expected);
}

#[test]
fn every_kind_of_root_holds() {
    let words = [(8, 160)];
    let survey = surveyed(&roots(), &words, &[(0, 128), (3, 192)], Some(224));
    let [data, global, kept] = [Root::Data(0), Root::Global(3), Root::Kept("kept".into())];
    check(&survey, [Some(data), Some(global), Some(kept)]);
    assert_eq!(
        survey.losses.reachable,
        Count {
            bytes: 48,
            blocks: 3
        }
    );
    assert_eq!(survey.losses.leaked(), Count::default());
}

#[test]
fn the_stack_holds_what_it_has_in_use() {
    let words = [(72, 160), (100, 192)];
    let survey = surveyed(&roots(), &words, &[(0, 96)], None);
    check(&survey, [None, Some(Root::Stack), None]);
    assert_eq!(
        survey.losses.definite,
        Count {
            bytes: 32,
            blocks: 2
        }
    );
    // The pointer to it is no root, wherever it points to.
    let survey = surveyed(&roots(), &[], &[(0, 160)], None);
    check(&survey, [None, None, None]);
}

#[test]
fn what_lies_below_the_heap_may_be_data() {
    let words = [(132, 160)];
    check(&surveyed(&roots(), &words, &[], None), [None, None, None]);
    let roots = Roots {
        is_exact: false,
        ..roots()
    };
    let survey = surveyed(&roots, &words, &[], None);
    check(&survey, [Some(Root::Unnamed), None, None]);
}

#[test]
fn what_is_ignored_holds_nothing() {
    let roots = Roots {
        ignored: vec![0..32, 8..16],
        ..roots()
    };
    let words = [(8, 160), (20, 192), (32, 224)];
    let survey = surveyed(&roots, &words, &[], None);
    check(&survey, [None, None, Some(Root::Data(0))]);
}

#[test]
fn look_alikes_are_counted() {
    let roots = Roots {
        addressless: vec![8..12, 16..24],
        ..roots()
    };
    // The second block is held by a word of each kind.
    let words = [(8, 160), (16, 192), (32, 192), (160, 224)];
    let survey = surveyed(&roots, &words, &[], None);
    assert_eq!(survey.losses.reachable.blocks, 3);
    assert_eq!(
        survey.look_alikes,
        Count {
            bytes: 32,
            blocks: 2
        }
    );
}

#[test]
fn who_retains_what() {
    let words = [(8, 160), (160, 192), (164, 224), (12, 224)];
    let survey = surveyed(&roots(), &words, &[(3, 224)], None);
    let retained: Vec<(&Root, u64)> = survey
        .retained
        .iter()
        .map(|(root, it)| (root, it.bytes))
        .collect();
    assert_eq!(retained, [(&Root::Data(0), 32)]);
    assert_eq!(survey.sites[&0].retained.bytes, 32);
    let held = survey.sites[&1].held.as_ref().expect("it is held");
    assert_eq!(
        (held.at, held.through.as_slice()),
        (Some(8), [0, 1].as_slice())
    );
}

/// What was free before, and is not live now, is no root, wherever the heap begins.
#[test]
fn memory_that_was_freed_holds_nothing() {
    let below = Roots {
        data: vec![0..32],
        is_exact: false,
        stack: None,
        ..Roots::default()
    };
    let within = Roots {
        data: vec![0..240],
        ..below.clone()
    };
    let words = [(140, 160), (180, 192)];
    for (roots, held) in [(&below, Root::Unnamed), (&within, Root::Data(0))] {
        let never = surveyed(roots, &words, &[], None);
        let freed = surveyed_since(roots, &words, 130);
        let none = || [None, None, None];
        check(&freed, none());
        // The first word lies below the lowest block; what lies between blocks is the heap's in any case.
        check(&never, [Some(held), None, None]);
    }
}

/// An address and a length in one value of 64 bits.
#[test]
fn both_halves_of_a_wide_value_hold() {
    let survey = surveyed(&roots(), &[], &[(3, 224 << 32 | 8)], None);
    check(&survey, [None, None, Some(Root::Global(3))]);
}

/// The guest sets its stack pointer to what it likes.
#[test]
fn a_stack_pointer_beyond_its_stack_is_none() {
    for top in [129, u64::from(u32::MAX), u64::MAX, u64::MAX - 7] {
        let survey = surveyed(&roots(), &[(64, 160)], &[(0, top)], None);
        check(&survey, [None, None, None]);
    }
}
