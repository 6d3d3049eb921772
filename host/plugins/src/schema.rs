//! JSON Schemas that plugins bring along, compiled so that checking against one costs a bounded time.
//!
//! A schema is a small program, and one from outside runs here without a clock: references that lead in circles, that
//! double with every step, or that point elsewhere, and patterns that backtrack, are refused before they run.

use std::collections::HashMap;

use goalpost_core::text;
use jsonschema::PatternOptions;
use serde_json::Value;

/// Longest schema.
const SCHEMA_BYTES: usize = 64 << 10;

/// Nodes of a schema with every reference written out.
const SCHEMA_NODES: u64 = 20_000;

/// Nesting with every reference written out.
const SCHEMA_DEPTH: u32 = 200;

/// Compiled size of one `pattern`.
const PATTERN_BYTES: usize = 128 << 10;

/// Why a text can't be used as a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SchemaError(String);

/// A place in a document that does not satisfy its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer (RFC 6901); empty for the whole document.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, message } = self;
        if path.is_empty() { f.write_str(message) } else { write!(f, "{path}: {message}") }
    }
}

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Schema(jsonschema::Validator);

impl Schema {
    /// Parses and compiles a schema of the 2020-12 draft, or the one that it names.
    pub(crate) fn parse(text: &str) -> Result<Self, SchemaError> {
        if text.len() > SCHEMA_BYTES {
            return Err(SchemaError(format!("the schema is longer than {SCHEMA_BYTES} bytes")));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| SchemaError(format!("no JSON: {error}")))?;
        Self::new(&value)
    }

    /// Compiles a schema.
    pub(crate) fn new(value: &Value) -> Result<Self, SchemaError> {
        if !value.is_object() && !value.is_boolean() {
            return Err(SchemaError("a schema is a JSON object".into()));
        }
        let mut survey = Survey { root: value, costs: HashMap::new() };
        let cost = survey.cost(value, SCHEMA_DEPTH)?;
        if cost > SCHEMA_NODES {
            return Err(SchemaError(format!("written out, the schema has more than {SCHEMA_NODES} nodes")));
        }
        jsonschema::options()
            .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES))
            .build(value)
            .map(Self)
            .map_err(|error| SchemaError(text::one_line(&error.to_string(), 300)))
    }

    /// What in `document` does not satisfy the schema, at most `most` places.
    pub(crate) fn violations(&self, document: &Value, most: usize) -> Vec<Violation> {
        self.0
            .iter_errors(document)
            .take(most)
            .map(|error| Violation {
                path: error.instance_path().to_string(),
                message: text::one_line(&error.to_string(), 300),
            })
            .collect()
    }
}

/// Counts the nodes of a schema with every reference written out.
struct Survey<'a> {
    root: &'a Value,
    /// By the reference's text; none while it is being counted.
    costs: HashMap<&'a str, Option<u64>>,
}

impl<'a> Survey<'a> {
    fn cost(&mut self, node: &'a Value, depth: u32) -> Result<u64, SchemaError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SchemaError("the schema is nested too deeply".into()));
        };
        let mut cost = 1_u64;
        match node {
            Value::Array(items) => {
                for item in items {
                    cost = cost.saturating_add(self.cost(item, depth)?);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    // What stands under `$defs` counts where it is referred to, and here once more.
                    cost = cost.saturating_add(self.cost(member, depth)?);
                    match (name.as_str(), member) {
                        ("$ref", Value::String(target)) => {
                            cost = cost.saturating_add(self.reference(target, depth)?);
                        }
                        ("$dynamicRef" | "$recursiveRef", _) => {
                            return Err(SchemaError(format!("`{name}` is not supported in a plugin's schema")));
                        }
                        ("$id", Value::String(_)) if !std::ptr::eq(node, self.root) => {
                            return Err(SchemaError(
                                "`$id` below the top is not supported in a plugin's schema".into(),
                            ));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(cost)
    }

    fn reference(&mut self, target: &'a str, depth: u32) -> Result<u64, SchemaError> {
        match self.costs.get(target) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => {
                let target = text::one_line(target, 100);
                return Err(SchemaError(format!("`$ref` to `{target}` leads back to itself")));
            }
            None => {}
        }
        let found = target.strip_prefix('#').filter(|_| !target.contains('%')).and_then(|path| self.root.pointer(path));
        let Some(node) = found else {
            let target = text::one_line(target, 100);
            return Err(SchemaError(format!(
                "`$ref` to `{target}`: only references within the schema, such as `#/$defs/x`"
            )));
        };
        self.costs.insert(target, None);
        let cost = self.cost(node, depth)?;
        self.costs.insert(target, Some(cost));
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn refused(schema: Value) -> String {
        Schema::new(&schema).unwrap_err().to_string()
    }

    #[test]
    fn violations_name_their_place() {
        let schema = Schema::new(&json!({
            "type": "object", "additionalProperties": false, "required": ["level"],
            "properties": {"level": {"enum": ["low", "high"]}, "paths": {"items": {"$ref": "#/$defs/path"}}},
            "$defs": {"path": {"type": "string", "pattern": "^[a-z/]+$"}},
        }))
        .unwrap();
        assert_eq!(schema.violations(&json!({"level": "low", "paths": ["a/b"]}), 9), []);
        let found = schema.violations(&json!({"level": "mid", "paths": ["a", "B"], "more": 1}), 9);
        let paths: Vec<_> = found.iter().map(|violation| violation.path.as_str()).collect();
        assert!(paths.contains(&"/level") && paths.contains(&"/paths/1") && paths.contains(&""), "{found:?}");
        assert_eq!(schema.violations(&json!({"level": 1, "paths": [1]}), 1).len(), 1);
    }

    #[test]
    fn a_schema_without_an_end_is_refused() {
        assert!(refused(json!({"$ref": "#"})).contains("leads back to itself"));
        assert!(
            refused(json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}}))
                .contains("leads back to itself")
        );
        let mut deep = json!(true);
        for _ in 0..300 {
            deep = json!({"not": deep});
        }
        assert!(refused(deep).contains("nested too deeply"));
        let chain: serde_json::Map<String, Value> =
            (0..500).map(|i| (format!("d{i}"), json!({"$ref": format!("#/$defs/d{}", i + 1)}))).collect();
        assert!(Schema::new(&json!({"$ref": "#/$defs/d0", "$defs": chain})).is_err());
    }

    #[test]
    fn a_schema_that_doubles_with_every_step_is_refused() {
        let mut defs = serde_json::Map::new();
        for i in 0..40 {
            let next = format!("#/$defs/d{}", i + 1);
            defs.insert(format!("d{i}"), json!({"allOf": [{"$ref": next}, {"$ref": next}]}));
        }
        defs.insert("d40".into(), json!({"type": "string"}));
        assert!(refused(json!({"$ref": "#/$defs/d0", "$defs": defs})).contains("nodes"));
    }

    #[test]
    fn a_schema_reaches_nothing_outside_itself() {
        for target in ["http://127.0.0.1:1/x", "file:///etc/passwd", "other.json", "#/$defs/missing", "#anchor"] {
            assert!(refused(json!({"$ref": target})).contains("only references within the schema"), "{target}");
        }
        assert!(refused(json!({"properties": {"x": {"$dynamicRef": "#m"}}})).contains("not supported"));
    }

    #[test]
    fn a_pattern_can_not_backtrack_or_grow() {
        let schema = Schema::new(&json!({"pattern": "^(a+)+$"})).unwrap();
        assert_eq!(schema.violations(&json!("a".repeat(200) + "!"), 9).len(), 1);
        assert!(Schema::new(&json!({"pattern": "(a{1000}){1000}"})).is_err());
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        assert!(Schema::parse("{").is_err());
        assert!(Schema::parse("3").is_err());
        assert!(Schema::parse(&" ".repeat(SCHEMA_BYTES + 1)).is_err());
        assert!(Schema::parse(r#"{"type": "strin"}"#).is_err());
    }
}
