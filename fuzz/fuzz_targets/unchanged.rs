//! Whatever a module computes, it computes instrumented as well.
//!
//! ```sh
//! cargo +nightly fuzz run unchanged -- -runs=100000
//! ```
//!
//! Without a nightly toolchain, or without the memory that a sanitizer takes: `RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none`.

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
