use addr2line::gimli::{EndianSlice, Expression, LittleEndian};

use super::location::{Part, parts};
use super::name::plain;
use crate::module::Module;
use crate::module::entries::Entries;

const ADDR: u8 = 0x03;
const CONST4U: u8 = 0x0c;
const PIECE: u8 = 0x93;
const DEREF: u8 = 0x06;
const STACK_VALUE: u8 = 0x9f;
const FORM_TLS_ADDRESS: u8 = 0x9b;
const GNU_PUSH_TLS_ADDRESS: u8 = 0xe0;
const PLUS_UCONST: u8 = 0x23;

fn check(location: &[u8], expected: &[(u64, u64, Option<u64>)]) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/guests/statics/statics-c.wasm");
    let module = Module::load(path.as_ref()).expect("the guest is checked in");
    let entries = Entries::load(&module);
    let unit = entries.units().next().expect("it has debug info");
    let expression = Expression(EndianSlice::new(location, LittleEndian));
    let expected: Vec<Part> = expected
        .iter()
        .map(|&(offset, address, size)| Part {
            offset,
            address,
            size,
        })
        .collect();
    assert_eq!(parts(unit, expression), expected, "{location:x?}");
}

#[test]
fn a_variable_lies_at_its_address() {
    check(&[ADDR, 0, 4, 0, 0], &[(0, 0x400, None)]);
    check(&[ADDR, 0, 4, 0, 0, PLUS_UCONST, 8], &[(0, 0x408, None)]);
    for of_a_thread in [FORM_TLS_ADDRESS, GNU_PUSH_TLS_ADDRESS] {
        check(&[CONST4U, 0, 4, 0, 0, of_a_thread], &[(0, 0x400, None)]);
    }
}

#[test]
fn a_variable_may_be_in_parts() {
    check(&[ADDR, 0, 4, 0, 0, PIECE, 4], &[(0, 0x400, Some(4))]);
    // Side by side, they are one again.
    let together = [ADDR, 0, 4, 0, 0, PIECE, 4, ADDR, 4, 4, 0, 0, PIECE, 4];
    check(&together, &[(0, 0x400, Some(8))]);
    let apart = [ADDR, 0, 4, 0, 0, PIECE, 4, ADDR, 0, 5, 0, 0, PIECE, 4];
    check(&apart, &[(0, 0x400, Some(4)), (4, 0x500, Some(4))]);
    // The first four bytes are nowhere.
    let rest = [PIECE, 4, ADDR, 0, 4, 0, 0, PIECE, 4];
    check(&rest, &[(4, 0x400, Some(4))]);
}

#[test]
fn what_is_computed_has_no_place() {
    check(&[], &[]);
    check(&[ADDR, 0, 4, 0, 0, DEREF, STACK_VALUE], &[]);
    check(&[CONST4U, 0, 4, 0, 0], &[]);
    check(&[CONST4U, 0, 4, 0, 0, STACK_VALUE], &[]);
    check(&[PLUS_UCONST, 8], &[]);
    check(&[FORM_TLS_ADDRESS], &[]);
    // Cut off.
    check(&[ADDR, 0, 4], &[]);
}

#[test]
fn a_variable_of_a_thread_goes_by_the_name_that_was_given() {
    let check = |name: &str, expected: &str| assert_eq!(plain(name), expected, "{name}");
    check(
        "feed::CURRENT::{constant#0}::{closure#0}::__RUST_STD_INTERNAL_VAL",
        "feed::CURRENT",
    );
    check("feed::CURRENT::{closure#1}::VAL", "feed::CURRENT");
    check("feed::CURRENT::__getit::__KEY", "feed::CURRENT");
    check("feed::VAL", "feed::VAL");
    check("feed::{closure#0}::COUNT", "feed::{closure#0}::COUNT");
}
