//! The statement of a turn: in-toto's test-result about the sealed tree, with all that the host claims as an extension.
//!
//! The statement is a function of the claims. A reader makes it again from the claims that it finds and holds it against the
//! bytes, so that what is said twice (the result, the lists of tests, the configuration, the subject) can't be said in two
//! ways.

use goalpost_core::config::canonical_json;
use goalpost_core::evidence::GateStatus;
use serde_json::{Value, json};

use super::claims::{GateClaim, TurnClaims};

pub(super) const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// The predicate's extension field; in-toto has such fields named by a URI.
const EXTENSION: &str = "urn:goalpost:turn:v1";

/// What a payload turned out to be.
#[derive(Debug)]
pub(super) enum Statement {
    /// A turn's test result.
    Turn(Box<TurnClaims>),
    /// Something else of in-toto's: the caller knows what it expects.
    Other(Value),
}

/// The subject of every statement about a turn.
pub(super) fn subject(claims: &TurnClaims) -> Value {
    json!([{ "name": "sealed-tree", "digest": { "gitTree": claims.trees.sealed.as_str() } }])
}

/// The statement's bytes.
pub(super) fn write(claims: &TurnClaims) -> Result<Vec<u8>, serde_json::Error> {
    Ok(canonical_json(&document(claims)?).into_bytes())
}

fn document(claims: &TurnClaims) -> Result<Value, serde_json::Error> {
    let names = |wanted: &dyn Fn(&GateClaim) -> bool| -> Vec<&str> {
        claims.gates.iter().filter(|gate| wanted(gate)).map(|gate| gate.name.as_str()).collect()
    };
    let passed = |gate: &GateClaim| gate.status == GateStatus::Passed;
    let described = |name: String, digest: &str| json!({ "name": name, "digest": { "sha256": digest } });
    let mut configuration = vec![described("goal-configuration".to_owned(), claims.config.as_str())];
    for (name, digest) in &claims.plugins {
        let mut plugin = described(format!("plugin/{name}"), digest.as_str());
        if let Some(signer) = claims.signers.get(name) {
            plugin["annotations"] = json!({ "signer": signer });
        }
        configuration.push(plugin);
    }
    for (name, digest) in &claims.plugin_configs {
        configuration.push(described(format!("plugin-configuration/{name}"), digest.as_str()));
    }
    for (path, tool) in &claims.tools {
        configuration.push(described(format!("tool{path}"), tool.sha256.as_str()));
    }
    Ok(json!({
        "_type": STATEMENT,
        "subject": subject(claims),
        "predicateType": TEST_RESULT,
        "predicate": {
            "result": claims.result(),
            "configuration": configuration,
            "passedTests": names(&passed),
            "warnedTests": names(&|gate| !passed(gate) && !gate.required),
            "failedTests": names(&|gate| !passed(gate) && gate.required),
            EXTENSION: serde_json::to_value(claims)?,
        },
    }))
}

/// What a payload states; the error is for people.
pub(super) fn read(bytes: &[u8]) -> Result<Statement, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    // A key that is there twice, or white space, reads the same and is not.
    if canonical_json(&value).as_bytes() != bytes {
        return Err("its statement is not in the one form that Goalpost writes".to_owned());
    }
    if value["_type"] != STATEMENT {
        return Err("it is a statement of another type".to_owned());
    }
    if value["predicateType"] != TEST_RESULT {
        return Ok(Statement::Other(value));
    }
    let turn = value["predicate"].get(EXTENSION).ok_or("it says nothing of a turn")?;
    let claims: TurnClaims = serde_json::from_value(turn.clone()).map_err(|error| error.to_string())?;
    let again = document(&claims).map_err(|error| error.to_string())?;
    match difference(&value, &again) {
        None => Ok(Statement::Turn(Box::new(claims))),
        Some(place) => Err(format!(
            "its field `{place}` is not what follows from its claims (Goalpost {} wrote it, this is {})",
            claims.version,
            env!("CARGO_PKG_VERSION")
        )),
    }
}

/// Where two documents first differ.
pub(super) fn difference(found: &Value, expected: &Value) -> Option<String> {
    fn walk(found: &Value, expected: &Value, place: &str) -> Option<String> {
        match (found, expected) {
            (Value::Object(a), Value::Object(b)) => {
                let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
                keys.into_iter().find_map(|key| {
                    let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                    match (a.get(key), b.get(key)) {
                        (Some(a), Some(b)) => walk(a, b, &place),
                        _ => Some(place),
                    }
                })
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                let mut pairs = a.iter().zip(b).enumerate();
                pairs.find_map(|(index, (a, b))| walk(a, b, &format!("{place}[{index}]")))
            }
            _ => (found != expected).then(|| place.to_owned()),
        }
    }
    walk(found, expected, "").map(|place| place.chars().take(120).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_by_its_place() {
        let a = json!({ "x": [1, { "y": true }], "z": null });
        assert_eq!(difference(&a, &a), None);
        assert_eq!(difference(&a, &json!({ "x": [1, { "y": false }], "z": null })).as_deref(), Some("x[1].y"));
        assert_eq!(difference(&a, &json!({ "x": [1], "z": null })).as_deref(), Some("x"));
        assert_eq!(difference(&a, &json!({ "x": [1, { "y": true }] })).as_deref(), Some("z"));
        assert_eq!(difference(&json!({}), &a).as_deref(), Some("x"));
    }
}
