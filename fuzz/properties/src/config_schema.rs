//! The schema that a plugin brings for its configuration, and the configuration.

use goalpost_plugins::fuzzing::violations;
use serde_json::Value;

use crate::input::{moves_the_cursor, texts};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "config_schema",
    check,
    seeds: || {
        vec![
            seeds::joined(
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"level\"],\"properties\":{\"level\":{\"enum\":[\"low\"]},\
                 \"paths\":{\"items\":{\"$ref\":\"#/$defs/path\"}}},\"$defs\":{\"path\":{\"type\":\"string\",\"pattern\":\"^[a-z/]+$\"}}}",
                "{\"level\":\"mid\",\"paths\":[\"a\",\"B\"],\"more\":1}",
            ),
            seeds::joined("{\"$ref\":\"#\"}", "1"),
            seeds::joined("{\"anyOf\":[{\"type\":\"integer\"},{\"not\":{\"minimum\":1.5}}],\"multipleOf\":0.1}", "3.3"),
            seeds::joined("{\"uniqueItems\":true,\"contains\":{\"const\":1},\"minContains\":2}", "[1,1,{}]"),
            seeds::joined(
                "{\"unevaluatedProperties\":false,\"allOf\":[{\"properties\":{\"a\":true}}]}",
                "{\"a\":1,\"b\":2}",
            ),
            seeds::joined(
                "{\"format\":\"date\",\"minLength\":2,\"propertyNames\":{\"maxLength\":1}}",
                "{\"ab\":\"x\"}",
            ),
        ]
    },
    words: &[
        "\"$ref\":\"#/\"",
        "\"$defs\":{",
        "\"$id\":\"x\"",
        "\"$schema\":\"http://json-schema.org/draft-07/schema#\"",
        "\"$anchor\":\"a\"",
        "\"pattern\":\"(a+)+$\"",
        "\"if\":{},\"then\":{},\"else\":{}",
        "\"dependentSchemas\":{}",
        "\"oneOf\":[{},{}]",
        "1e400",
        "\"\\u001b[2J\"",
        "\"$dynamicRef\":\"#a\"",
        "\"multipleOf\":1e-300",
        "\"patternProperties\":{\"^a\":{}}",
        "\"maxLength\":1e300",
        "\"prefixItems\":[true]",
    ],
};

/// A schema either is refused, or tells what is wrong with a document: the same each time, in so many places, in plain text.
pub fn check(data: &[u8]) {
    let Some((schema, document)) = texts(data) else { return };
    let Ok(document) = serde_json::from_str::<Value>(document) else { return };
    match violations(schema, &document, 10) {
        Ok(found) => {
            assert!(found.len() <= 10);
            for violation in &found {
                assert!(violation.message.len() <= 300 && !moves_the_cursor(&violation.message), "{violation:?}");
            }
            assert_eq!(violations(schema, &document, 10).as_ref(), Ok(&found), "told in two ways");
        }
        Err(why) => assert!(why.len() <= 500 && !moves_the_cursor(&why), "{why:?}"),
    }
}
