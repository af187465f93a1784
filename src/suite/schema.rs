//! The JSON Schema of suite files, by which editors complete and check them.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::file::SuiteFile;

/// The JSON Schema of a suite file, derived from the types that the file is read into.
///
/// It is of draft 7, which every editor's YAML support knows.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<SuiteFile>();
    RecursiveTransform(forbid_null).transform(&mut schema);
    RecursiveTransform(drop_format).transform(&mut schema);
    schema.to_value()
}

/// An optional key may be absent, but where it stands it has a value.
fn forbid_null(schema: &mut Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(mut choices)) = schema.remove("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        // A reference must not have neighbours in this draft, so that what is left is wrapped in any case.
        let keyword = if choices.len() == 1 { "allOf" } else { "anyOf" };
        schema.insert(keyword.to_owned(), choices.into());
    }
}

/// Rust's integers are no formats that an editor knows; their ranges stay.
fn drop_format(schema: &mut Schema) {
    schema.remove("format");
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    use super::schema;

    #[test]
    fn checked_in_schema_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite.schema.json");
        let schema = schema();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, format!("{schema:#}\n")).expect("the schema can be written");
        }
        let text = fs::read_to_string(&path).expect("the schema is checked in");
        // Compared as values: the order of keys depends on serde_json's features, which other crates may turn on.
        assert!(
            serde_json::from_str::<Value>(&text).ok() == Some(schema),
            "suite.schema.json is not what the types say, refresh it with\n\n    \
             UPDATE_SCHEMA=1 cargo test --lib checked_in_schema_is_current\n"
        );
    }
}
