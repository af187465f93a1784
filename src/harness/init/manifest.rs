//! What a crate needs to run its suites: a test target, a dependency, an alias.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TomlError, Value, value};

/// The name of the test, in the manifest and below `tests/`.
const TEST: &str = "memory";

/// The alias for those who do not remember the test's name.
const ALIAS: &str = "test-memory";

/// The whole of `tests/memory.rs`.
pub(super) const HARNESS: &str =
    "fn main() -> std::process::ExitCode {\n    memgate::harness()\n}\n";

/// The manifest of a package, with the test and the dependency in it; all else is as it was. None if it is of no package.
///
/// # Errors
///
/// When it is no TOML.
pub(super) fn manifest(text: &str) -> Result<Option<String>, TomlError> {
    let mut manifest: DocumentMut = text.parse()?;
    if !manifest.contains_key("package") {
        return Ok(None);
    }
    if !depends(&manifest) {
        let version = concat!(
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        );
        let dependencies = manifest
            .entry("dev-dependencies")
            .or_insert(Item::Table(Table::new()));
        if let Some(dependencies) = dependencies.as_table_like_mut() {
            dependencies.insert("memgate", value(version));
        }
    }
    if !has_test(&manifest) {
        let tests = manifest
            .entry("test")
            .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let mut test = Table::new();
        test.insert("name", value(TEST));
        test.insert("harness", value(false));
        match tests {
            Item::ArrayOfTables(tests) => tests.push(test),
            // `test = [{ ... }]`
            tests => {
                if let Some(tests) = tests.as_array_mut() {
                    tests.push(test.into_inline_table());
                }
            }
        }
    }
    Ok(Some(manifest.to_string()))
}

/// `.cargo/config.toml` with the alias in it; the text may be empty.
///
/// # Errors
///
/// When it is no TOML.
pub(super) fn config(text: &str) -> Result<String, TomlError> {
    let mut config: DocumentMut = text.parse()?;
    let aliases = config.entry("alias").or_insert(Item::Table(Table::new()));
    if let Some(aliases) = aliases.as_table_like_mut()
        && !aliases.contains_key(ALIAS)
    {
        aliases.insert(ALIAS, value(format!("test --test {TEST}")));
    }
    Ok(config.to_string())
}

fn depends(manifest: &DocumentMut) -> bool {
    ["dependencies", "dev-dependencies"].iter().any(|kind| {
        let dependencies = manifest.get(kind).and_then(Item::as_table_like);
        dependencies.is_some_and(|dependencies| dependencies.contains_key("memgate"))
    })
}

fn has_test(manifest: &DocumentMut) -> bool {
    let is_it = |name: Option<&str>| name == Some(TEST);
    match manifest.get("test") {
        Some(Item::ArrayOfTables(tests)) => tests
            .iter()
            .any(|test| is_it(test.get("name").and_then(Item::as_str))),
        Some(Item::Value(Value::Array(tests))) => tests.iter().any(|test| {
            let test = test.as_inline_table();
            is_it(test.and_then(|test| test.get("name")?.as_str()))
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, expected: Option<&str>) {
        let after = manifest(before).expect("it is TOML");
        assert_eq!(after.as_deref(), expected);
        if let Some(after) = &after {
            assert_eq!(manifest(after).expect("it is TOML").as_ref(), Some(after));
        }
    }

    #[test]
    fn a_package_gets_a_test_and_a_dependency() {
        check(
            "# Ours.\n[package]\nname = \"app\" # the app\n",
            Some(
                "# Ours.\n[package]\nname = \"app\" # the app\n\n[dev-dependencies]\nmemgate = \"0.1\"\n\n\
                 [[test]]\nname = \"memory\"\nharness = false\n",
            ),
        );
    }

    #[test]
    fn what_is_there_stays() {
        let test = "[[test]]\nname = \"memory\"\nharness = false\n";
        let whole =
            format!("[package]\nname = \"app\"\n\n[dependencies]\nmemgate = \"0\"\n\n{test}");
        check(&whole, Some(&whole));
        let dotted =
            "dev-dependencies.memgate = \"0\"\ntest = [{ name = \"memory\" }]\n\n[package]\nname = \"app\"\n".to_string();
        check(&dotted, Some(&dotted));
        check(
            "test = []\n[package]\nname = \"app\"\n[dev-dependencies]\nmemgate = \"0\"\n",
            Some(
                "test = [{ name = \"memory\", harness = false }]\n[package]\nname = \"app\"\n[dev-dependencies]\nmemgate = \"0\"\n",
            ),
        );
    }

    #[test]
    fn a_workspace_is_no_package() {
        check("[workspace]\nmembers = [\"app\"]\n", None);
        assert!(manifest("[package\n").is_err());
    }

    #[test]
    fn an_alias_is_added_once() {
        let once = config("").expect("it is TOML");
        assert_eq!(once, "[alias]\ntest-memory = \"test --test memory\"\n");
        assert_eq!(config(&once).expect("it is TOML"), once);
        let beside = config("[alias]\nxtask = \"run -p xtask --\"\n").expect("it is TOML");
        assert_eq!(
            beside,
            "[alias]\nxtask = \"run -p xtask --\"\ntest-memory = \"test --test memory\"\n"
        );
    }
}
