//! The JSON Schema of `report.json`, for programs that read it.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::value::Report;

/// The JSON Schema of a report, derived from the types that it is written from; of draft 2020-12.
///
/// It lets fields pass that it does not know: a later memgate may add some without a new [`VERSION`](super::VERSION).
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report>();
    RecursiveTransform(drop_format).transform(&mut schema);
    schema.to_value()
}

/// Rust's integers are no formats that a validator knows; their ranges stay.
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
    fn checked_in_report_schema_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("report.schema.json");
        let schema = schema();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, format!("{schema:#}\n")).expect("the schema can be written");
        }
        let text = fs::read_to_string(&path).expect("the schema is checked in");
        // As values, since a checkout may turn line ends around.
        assert!(
            serde_json::from_str::<Value>(&text).ok() == Some(schema),
            "report.schema.json is not what the types say, refresh it with\n\n    \
             UPDATE_SCHEMA=1 cargo test --lib checked_in_report_schema_is_current\n"
        );
    }

    /// The promise of `book/src/reference/formats.md`: within a version fields are only added, and readers ignore what they do not know.
    #[test]
    fn unknown_fields_are_let_pass() {
        let text = schema().to_string();
        assert!(!text.contains("additionalProperties"), "{text}");
    }
}
