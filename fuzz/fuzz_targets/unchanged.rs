//! Whatever a module computes, it computes instrumented as well.
//!
//! ```sh
//! cargo +nightly fuzz run --dev unchanged -- -runs=100000 -max_len=8000 -len_control=0
//! ```
//!
//! Without a nightly toolchain, `RUSTC_BOOTSTRAP=1 cargo fuzz run --dev --sanitizer none` does as well: what is looked for is
//! differences, and memgate has no unsafe code.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/proof/smith.rs"]
mod smith;

fuzz_target!(|bytes: &[u8]| {
    if let Some(wasm) = smith::module(bytes) {
        memgate::proof::prove(&wasm, bytes.len() as u64)
            .unwrap_or_else(|difference| panic!("{difference}"));
    }
});
