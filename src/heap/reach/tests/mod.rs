//! Small heaps that are drawn by hand, and random ones that are told slowly as well.

mod drawing;
mod random;
mod slow;

use super::*;
use drawing::Drawing;

/// Compares what each block is with what is expected; blocks that are still reachable need no mention.
#[track_caller]
fn check(drawing: &str, expected: &[&str]) {
    let drawing = Drawing::new(drawing);
    let kinds = kinds(&drawing.graph());
    let told: Vec<String> = (0..)
        .zip(kinds)
        .filter(|(_, kind)| *kind != Kind::Reachable)
        .map(|(block, kind)| format!("{} {}", drawing.name(block), word(kind)))
        .collect();
    assert_eq!(told, expected);
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Definite => "definite",
        Kind::Indirect => "indirect",
        Kind::Possible => "possible",
        Kind::Reachable => "reachable",
    }
}

/// The nine cases of memcheck's manual, 4.2.8.
#[test]
fn the_cases_of_the_manual() {
    check("root b \n b", &[]);
    check("root a \n a b \n b", &[]);
    check("root \n b", &["b definite"]);
    check("root \n a b \n b", &["a definite", "b indirect"]);
    check("root b+4 \n b", &["b possible"]);
    check("root a \n a b+4 \n b", &["b possible"]);
    check("root a+4 \n a b \n b", &["a possible", "b possible"]);
    check("root a+4 \n a b+4 \n b", &["a possible", "b possible"]);
    check("root \n a b+4 \n b", &["a definite", "b indirect"]);
}

#[test]
fn a_better_way_wins() {
    check("root a+4 a \n a b \n b", &[]);
    check("root a+4 b \n a b \n b a", &[]);
    check(
        "root a+4 \n a b+4 c \n b \n c b",
        &["a possible", "b possible", "c possible"],
    );
}

#[test]
fn of_a_lost_cycle_the_lowest_block_is_the_definite_one() {
    check("root \n a b \n b a", &["a definite", "b indirect"]);
    check("root \n a a", &["a definite"]);
    check(
        "root \n a b \n b c \n c a",
        &["a definite", "b indirect", "c indirect"],
    );
    // What leads to it takes its place, wherever it lies, but only to it: what it led to was dealt with.
    check(
        "root \n a b \n b a \n c a",
        &["a indirect", "b indirect", "c definite"],
    );
    check(
        "root \n a b \n b a \n c b",
        &["a definite", "b indirect", "c definite"],
    );
    check(
        "root \n a \n b a \n c b",
        &["a indirect", "b indirect", "c definite"],
    );
    check(
        "root \n a c \n b c \n c",
        &["a definite", "b definite", "c indirect"],
    );
}

#[test]
fn what_a_lost_block_points_to_may_be_reached_all_the_same() {
    check("root b \n a b \n b", &["a definite"]);
    check("root b+4 \n a b \n b", &["a definite", "b possible"]);
}

#[test]
fn the_end_of_a_block_is_none_of_it() {
    check("root a+16 \n a[16]", &["a definite"]);
    check("root a+15 \n a[16]", &["a possible"]);
    check("root a \n a[0]", &[]);
    check("root a+1 \n a[0]", &["a definite"]);
}

#[test]
fn words_that_are_not_whole_are_not_read() {
    // The pointer lies in bytes 4 to 8, of which six are the block's.
    check("root a \n a[6] . b \n b", &["b definite"]);
    check("root a \n a[8] . b \n b", &[]);
}

#[test]
fn an_alias_is_a_start() {
    check("root a-8 \n a", &["a definite"]);
    check("root a-8 \n a \n alias a-8", &[]);
    check("root a+8 \n a \n alias a+8", &[]);
    check("root a+4 \n a \n alias a+8", &["a possible"]);
}

#[test]
fn a_block_inside_of_another_has_its_bytes_for_itself() {
    check(
        "root a \n a[64] \n inside a+16 b[16] c \n c",
        &["b definite", "c indirect"],
    );
    check("root a b \n a[64] \n inside a+16 b[16] c \n c", &[]);
    check(
        "root a \n a[64] . . . . . . . . . . c \n inside a+16 b[16] \n c",
        &["b definite"],
    );
    check(
        "root a+40 \n a[64] \n inside a+16 b[16]",
        &["a possible", "b definite"],
    );
    check(
        "root a \n a[64] . . b c \n inside a+4 b[0] \n inside a+16 c[8]",
        &[],
    );
}

#[test]
fn an_array_with_its_length_before_it_is_held_by_its_first_element() {
    check("root a+4 \n a[28] =3", &[]);
    check("root a+8 \n a[32] . =3", &[]);
    check("root a+4 \n a[28] =5", &["a possible"]);
    check("root a+12 \n a[28] =5 . =4", &["a possible"]);
}

#[test]
fn an_object_is_held_by_any_of_its_base_classes() {
    let tables = "root a+8 \n t[32] =0 =0 =7 =7 =-8 =0 =7 =7 \n a[16] t+8 . t+24 \n u t";
    check(tables, &["t possible", "u definite"]);
    let not_its_own = "root a+4 t \n t[32] =0 =0 =7 =7 =-8 =0 =7 =7 \n a[16] t+8 t+24";
    check(not_its_own, &["a possible"]);
}

#[test]
fn what_a_header_tells_the_length_of_is_held_by_what_follows() {
    check("root a+8 \n a[31] =23", &[]);
    check("root a+8 \n a[32] =23", &["a possible"]);
    check("root a+12 \n a[28] =15 =15 =0", &[]);
    check("root a+12 \n a[28] =16 =15 =0", &["a possible"]);
    check("root a+12 \n a[29] =15 =15 =0", &["a possible"]);
}

#[test]
fn a_hash_table_is_held_by_the_end_of_its_keys() {
    // Four places of four bytes, and eight control bytes.
    check("root a+16 =3 \n a[24]", &[]);
    check("root =3 =0 a+16 \n a[24]", &[]);
    check("root a+16 =7 \n a[24]", &["a possible"]);
    check("root a+8 =3 \n a[24]", &["a possible"]);
    check("value a+16 \n root =3 \n a[24]", &["a possible"]);
}

#[test]
fn barred_words_hold_nothing() {
    let drawing = Drawing::new("root a b c \n a \n b \n c");
    let barred = [0..4, 8..12].map(|range| drawing.root_words(range));
    let graph = Graph {
        barred: &barred,
        ..drawing.graph()
    };
    assert_eq!(
        kinds(&graph),
        [Kind::Definite, Kind::Reachable, Kind::Definite]
    );
}

#[test]
fn values_outside_of_memory_are_roots() {
    check("value a \n root \n a b \n b", &[]);
    check(
        "value a+4 \n root \n a b \n b",
        &["a possible", "b possible"],
    );
}

/// Compares what each root and each site retains, in blocks.
#[track_caller]
fn check_retained(drawing: &str, expected: &str) {
    let drawing = Drawing::new(drawing);
    let retained = retained(&drawing.graph());
    let blocks = |counts: &mut dyn Iterator<Item = u64>| {
        counts
            .map(|count| count.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let roots = blocks(&mut retained.roots.iter().map(|count| count.blocks));
    let sites = retained.sites.iter();
    let sites = blocks(&mut sites.map(|(_, count)| count.blocks));
    assert_eq!(format!("{roots} | {sites}"), expected);
}

#[test]
fn what_goes_with_a_root_or_a_site() {
    check_retained("root a \n a b \n b c \n c", "3 | 3 2 1");
    check_retained("root a \n value b \n a c \n b c \n c", "1 1 | 1 1 1");
    // A doubly linked list with a pointer to either end.
    check_retained("root h \n h a c \n a b \n b a c \n c b", "4 | 4 1 1 1");
    check_retained("root a b \n a:1 b \n b:1 a", "2 | 2");
    check_retained("root a \n a:1 b \n b:2 c \n c:1", "3 | 3 2");
    check_retained("root a a+4 \n a a \n b a", "1 | 1");
}

#[track_caller]
fn check_paths(drawing: &str, expected: &[&str]) {
    let drawing = Drawing::new(drawing);
    let told: Vec<String> = paths(&drawing.graph())
        .into_values()
        .map(|path| {
            let Path {
                root,
                sites,
                blocks,
                ..
            } = path;
            format!("{root} -> {sites:?} {} blocks", blocks.blocks)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn the_shortest_way_to_each_site() {
    check_paths(
        "value b \n root a \n a:1 b \n b:2 c \n c:3",
        &[
            "1 -> [1] 1 blocks",
            "0 -> [2] 1 blocks",
            "0 -> [2, 3] 1 blocks",
        ],
    );
    // A list is one step, however long, and so is what alternates.
    check_paths("root a \n a:1 b \n b:1 c \n c:1", &["0 -> [1] 3 blocks"]);
    check_paths(
        "root a \n a:1 b \n b:2 c \n c:1 d \n d:2",
        &["0 -> [1] 2 blocks", "0 -> [1, 2] 2 blocks"],
    );
    // Most of a site counts, not the nearest of it.
    check_paths(
        "root a d \n a:1 b c \n b:2 \n c:2 \n d:2",
        &["0 -> [1] 1 blocks", "0 -> [1, 2] 2 blocks"],
    );
}
