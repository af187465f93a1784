//! The JSON Schema of suite files, by which editors complete and check them.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::suite::SuiteFile;

/// The JSON Schema of a suite file, derived from the types that the file is read into.
///
/// It is of draft 7, which every editor's YAML support knows.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<SuiteFile>();
    RecursiveTransform(forbid_null).transform(&mut schema);
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
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice["type"] != "null");
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        schema.remove("anyOf");
        only.into_iter()
            .for_each(|(key, value)| drop(schema.insert(key, value)));
    }
}
