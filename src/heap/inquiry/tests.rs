//! Events made by hand and at random, and what an inquiry finds in them.

use super::*;
use crate::heap::Fold;
use crate::splitmix;

fn allocate(address: u64, size: u64) -> Event {
    Event::Allocate {
        address,
        size,
        site: size as u32,
    }
}

fn free(address: u64) -> Event {
    Event::Free { address }
}

fn freed_at(record: u64) -> End {
    End {
        record,
        by_resize: false,
    }
}

/// What an inquiry into one address finds in those events.
fn inquire(address: u64, events: &[Event]) -> WrongFrees {
    let mut inquiry = Inquiry::into_addresses([address].into());
    events.iter().for_each(|event| inquiry.event(*event));
    inquiry.finish()
}

fn check_double(address: u64, events: &[Event], former: Former, end: End) -> WrongFree {
    let frees = inquire(address, events);
    assert_eq!((frees.double, frees.strangers), (1, 0));
    let found = frees.first[0].clone();
    assert_eq!((found.former, found.end), (Some(former), end));
    found
}

#[test]
fn a_block_that_is_freed_again() {
    let former = Former {
        size: 24,
        site: 24,
        end: freed_at(2),
    };
    let events = [
        allocate(64, 24),
        allocate(8, 8),
        free(64),
        free(8),
        free(64),
    ];
    check_double(64, &events, former, freed_at(4));
    // Whatever the address was before, the latest block there counts.
    let events = [free(64), allocate(64, 24), free(64), free(64)];
    let frees = inquire(64, &events);
    assert_eq!((frees.double, frees.strangers), (1, 1));
}

#[test]
fn a_stale_address_after_a_resize() {
    let end = |record| End {
        record,
        by_resize: true,
    };
    let resize = Event::Resize { address: 64 };
    let events = [allocate(64, 24), resize, allocate(128, 48), resize];
    let former = Former {
        size: 24,
        site: 24,
        end: end(1),
    };
    check_double(64, &events, former, end(3));
    let in_place = [allocate(64, 24), resize, allocate(64, 48), free(64)];
    assert_eq!(inquire(64, &in_place), WrongFrees::default());
}

#[test]
fn a_block_is_freed_by_any_of_its_names() {
    let alias = Event::Alias { address: 120 };
    let former = Former {
        size: 24,
        site: 24,
        end: freed_at(2),
    };
    for (first, again) in [(120, 128), (128, 120), (120, 120)] {
        let events = [allocate(128, 24), alias, free(first), free(again)];
        check_double(again, &events, former, freed_at(3));
    }
}

#[test]
fn a_stranger_inside_a_block() {
    let inside = |address, events: &[Event]| inquire(address, events).first[0].inside;
    let eight_behind = Inside {
        size: 24,
        site: 24,
        offset: 8,
    };
    assert_eq!(
        inside(72, &[allocate(64, 24), free(72)]),
        Some(eight_behind)
    );
    assert_eq!(inside(88, &[allocate(64, 24), free(88)]), None);
    assert_eq!(inside(72, &[allocate(64, 24), free(64), free(72)]), None);
}

#[test]
fn a_block_that_is_free_twice_is_handed_out_twice() {
    let double = [allocate(64, 24), free(64), free(64)];
    let later = [allocate(64, 24), allocate(64, 24)];
    let frees = inquire(64, &[&double[..], &later].concat());
    assert_eq!(frees.first[0].handed_out_twice, 1);
}

/// Whatever a guest does, the inquiry meets every wrong free that the fold has counted, and no other.
#[test]
fn every_wrong_free_is_found_again() {
    let mut random = 1;
    for _ in 0..100 {
        let log = log(&mut random);
        let mut fold = Fold::default();
        fold.events(Width::Narrow, &log, 0).expect("few blocks");
        let recording = fold.finish();
        let mut inquiry = Inquiry::into_addresses(recording.wrongly_freed);
        inquiry.events(Width::Narrow, &log, 0).expect("few blocks");
        let frees = inquiry.finish();
        let unknown = recording.diagnostics.unknown_frees;
        assert!(frees.double > 0 && frees.strangers > 0);
        assert_eq!(frees.double + frees.strangers, unknown);
    }
}

/// A thousand events at a few hundred addresses. Layers of an allocator name blocks by addresses of their own.
fn log(random: &mut u64) -> Vec<u8> {
    const ALLOCATE: u32 = 0;
    const FREE: u32 = 1 << 30;
    const RESIZE: u32 = 2 << 30;
    const ALIAS: u32 = 3 << 30;
    let mut below = |most: u32| {
        let (number, next) = splitmix::next(*random);
        *random = next;
        number as u32 % most
    };
    let mut log = Vec::new();
    for _ in 0..1000 {
        let [block, name] = [1024, 1028].map(|start| start + 8 * below(300));
        let size = below(40);
        let records: &[[u32; 3]] = match below(8) {
            0..3 => &[[block, size, ALLOCATE]],
            3 => &[[block, size, ALLOCATE], [name, 0, ALIAS]],
            4..6 => &[[block, 0, FREE]],
            6 => &[[name, 0, FREE]],
            _ => &[[block, 0, RESIZE], [1024 + 8 * below(300), size, ALLOCATE]],
        };
        log.extend(records.iter().flatten().flat_map(|word| word.to_le_bytes()));
    }
    log
}

#[test]
fn so_many_are_told_and_all_are_counted() {
    let addresses: BTreeSet<u64> = (1..=100).collect();
    let mut inquiry = Inquiry::into_addresses(addresses.clone());
    for address in addresses {
        inquiry.event(free(address));
        inquiry.event(free(address));
    }
    let frees = inquiry.finish();
    assert_eq!(frees.strangers, 200);
    let told: Vec<(u64, u64)> = frees
        .first
        .iter()
        .map(|free| (free.address, free.times))
        .collect();
    assert_eq!(
        told,
        (1..=10).map(|address| (address, 2)).collect::<Vec<_>>()
    );
}
