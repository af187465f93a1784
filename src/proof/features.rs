//! Whatever the engine accepts the rewriter accepts: one module in text for each feature of wasm, in `features/`.
//!
//! Each allocates, so that wrappers and contexts are at work amid the feature, and exports what is worth looking at.

use std::fs;
use std::path::Path;

use super::{compare, engine};

#[test]
fn every_feature_works_instrumented_as_it_does_plain() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/proof/features");
    let engine = engine();
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("there are fixtures") {
        let path = entry.expect("the folder can be read").path();
        let name = path.display();
        let wasm = wat::parse_file(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        wasmtime::Module::new(&engine, &wasm).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let named = |module: &crate::module::Module| {
            module
                .allocators()
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let tally = compare(&engine, &wasm, named, 0)
            .unwrap_or_else(|difference| panic!("{name}: {difference}"));
        assert_eq!(
            tally.returned, tally.calls,
            "{name}: a fixture's calls return"
        );
        assert!(tally.sights > 0, "{name}: a fixture allocates");
        count += 1;
    }
    assert!(count > 0, "there are fixtures");
}
