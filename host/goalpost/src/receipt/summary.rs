//! The verification summary of a turn: SLSA's predicate (<https://slsa.dev/verification_summary/v1>), for tools that know
//! nothing of Goalpost. It says no more than the turn's own statement does, which it names as its input.

use goalpost_core::config::canonical_json;
use goalpost_core::ids::Digest;
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::time::rfc3339;
use goalpost_core::verdict::{Assurance, Outcome};
use serde_json::{Value, json};

use super::claims::TurnClaims;
use super::statement::{STATEMENT, subject};

const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";

/// The statement about the turn of `claims`, whose own envelope has the digest `input`.
pub(super) fn document(claims: &TurnClaims, input: &Digest) -> Value {
    let passed = claims.verdict.outcome == Outcome::Satisfied;
    json!({
        "_type": STATEMENT,
        "subject": subject(claims),
        "predicateType": SUMMARY,
        "predicate": {
            "verifier": { "id": "urn:goalpost:host", "version": { "goalpost": claims.version } },
            "timeVerified": rfc3339(claims.time_ms),
            "resourceUri": format!("urn:goalpost:goal:{}:turn:{}", claims.goal, claims.turn),
            "policy": {
                "uri": format!("urn:goalpost:configuration:{}", claims.config),
                "digest": { "sha256": claims.config.as_str() },
            },
            "inputAttestations": [{
                "uri": format!("urn:goalpost:receipt:{input}"),
                "digest": { "sha256": input.as_str() },
            }],
            "verificationResult": if passed { "PASSED" } else { "FAILED" },
            "verifiedLevels": levels(claims),
            "slsaVersion": "1.0",
        },
    })
}

/// The statement's bytes.
pub(super) fn write(claims: &TurnClaims, input: &Digest) -> Vec<u8> {
    canonical_json(&document(claims, input)).into_bytes()
}

/// SLSA leaves names of one's own to verifiers, as long as they don't begin with `SLSA_`.
fn levels(claims: &TurnClaims) -> Vec<&'static str> {
    let assurance = match claims.verdict.assurance {
        Some(Assurance::Verified) => "GOALPOST_VERIFIED",
        Some(Assurance::Attested) => "GOALPOST_ATTESTED",
        None => return vec!["FAILED"],
    };
    let isolation = match claims.isolation {
        IsolationLevel::Full => "GOALPOST_ISOLATION_FULL",
        IsolationLevel::Landlock => "GOALPOST_ISOLATION_LANDLOCK",
        IsolationLevel::None => "GOALPOST_ISOLATION_NONE",
    };
    vec![assurance, isolation]
}
