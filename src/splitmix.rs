//! SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): well-mixed numbers that are the same everywhere.

/// What is added from one state to the next: the 64-bit golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number that comes after that state, and the state that follows it.
pub(crate) fn next(state: u64) -> (u64, u64) {
    let state = state.wrapping_add(STEP);
    let mut mixed = state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31), state)
}
