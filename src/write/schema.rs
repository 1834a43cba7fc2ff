//! What users' programs may check our rows against: JSON Schema, draft 2020-12.

use serde_json::{Map, Value};

/// The schema of each kind of row, by its name, as text with the keys in the order of the rows.
pub const SCHEMAS: &[(&str, &str)] = &[
    ("article", include_str!("schema/article.json")),
    ("duplicate", include_str!("schema/duplicate.json")),
    ("removal", include_str!("schema/removal.json")),
    ("reject", include_str!("schema/reject.json")),
];

/// One schema document with all of [`SCHEMAS`] in its `$defs`; `required` holds the order of the
/// keys.
///
/// # Panics
/// Never: a test reads them all.
#[must_use]
pub fn schema() -> Value {
    let definition = |&(name, text): &(&str, &str)| {
        let schema = serde_json::from_str(text).expect("the schemas are JSON");
        (name.to_owned(), schema)
    };
    let definitions: Map<String, Value> = SCHEMAS.iter().map(definition).collect();
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The records of copydesk",
        "$defs": definitions,
    })
}
