//! Command lines with what they print and the code that they end with: one file a topic in `tests/cli`. The commands of
//! `NAME.trycmd` run in `NAME.in`, in a copy of it where there is a folder `NAME.out` that it is to be like afterwards.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes down what is printed now.

use std::path::Path;

use trycmd::TestCases;
use trycmd::cargo::cargo_bin;

/// What the machine and the surrounding run would otherwise have a say in. An empty variable counts as none.
const SURROUNDINGS: [(&str, &str); 9] = [
    ("CLICOLOR_FORCE", ""),
    ("INSTA_FORCE_PASS", ""),
    ("INSTA_PENDING_DIR", ""),
    ("INSTA_UPDATE", "no"),
    ("INSTA_WORKSPACE_ROOT", ""),
    ("MEMGATE_COMMAND", ""),
    ("MEMGATE_TODAY", ""),
    ("NEXTEST_RUN_ID", ""),
    ("NO_COLOR", ""),
];

#[test]
fn commands_say_what_they_do() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    let target = target.to_str().expect("cargo's folder is text");
    let cases = TestCases::new();
    for (variable, value) in SURROUNDINGS {
        cases.env(variable, value);
    }
    cases
        .env("CARGO_TARGET_DIR", target)
        .register_bin("memgate", cargo_bin!("memgate"))
        .insert_var("[TARGET]", target.to_string())
        .expect("the name of the variable is right")
        .case("tests/cli/*.trycmd");
}
