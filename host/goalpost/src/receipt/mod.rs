//! Receipts: the signed, hash-chained record of what each turn was verified to be.
//!
//! A receipt is an in-toto Statement v1 about the sealed tree, with the predicate `test-result/v0.1` and all that Goalpost
//! knows of the turn as an extension field, signed with Ed25519 in a DSSE envelope. Each names the SHA-256 of the one
//! before it, so that a chain whose last digest is known can't be shortened, reordered or rewritten.
//!
//! ```text
//! envelope { payload: statement { subject: sealed tree, predicate { result, gates, turn { ..., previous } } }, signature }
//!                                                                                                 │
//!                                                       SHA-256 of the envelope of the turn before ┘
//! ```
//!
//! It proves what this host saw, to whoever trusts its key. The key is a file of the user's: a receipt is no defence
//! against the user.

mod chain;
mod envelope;
mod key;
mod statement;

#[cfg(test)]
mod tests;

use goalpost_core::ids::Digest;

use crate::store::{Candidate, TurnResult, now_ms};
pub(crate) use chain::verify_chain;
pub(crate) use key::{Keys, key_id, read_public_key};
pub(crate) use statement::{GateClaim, GoalFacts, TurnClaims};

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// SHA-256 of `envelope`.
    pub(crate) digest: Digest,
    /// The digest of the goal's receipt before this one; none for the first.
    pub(crate) previous: Option<Digest>,
    /// A DSSE envelope as JSON, exactly as it was signed.
    pub(crate) envelope: String,
}

/// Signs what is claimed of a turn. The same claims and keys give the same bytes.
///
/// # Errors
/// Claims that can't be written as JSON: none that the host makes.
pub(crate) fn sign(claims: &TurnClaims, keys: &Keys) -> Result<Receipt, serde_json::Error> {
    let envelope = envelope::seal(&statement::write(claims)?, keys)?;
    Ok(Receipt { digest: Digest::of(&envelope), previous: claims.previous.clone(), envelope })
}

/// The receipt of a turn that was just judged; `previous` is the goal's last one.
///
/// # Errors
/// As [`sign`].
pub(crate) fn of_turn(
    keys: &Keys,
    goal: &GoalFacts<'_>,
    turn: u32,
    candidate: &Candidate,
    result: &TurnResult,
    previous: Option<Digest>,
) -> Result<Receipt, serde_json::Error> {
    sign(&TurnClaims::new(goal, turn, candidate, result, previous, now_ms()), keys)
}
