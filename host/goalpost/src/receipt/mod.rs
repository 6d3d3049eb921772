//! Receipts: the signed, hash-chained record of what each turn was verified to be.
//!
//! A receipt is two DSSE envelopes, signed with Ed25519. The first holds an in-toto Statement v1 about the sealed tree with
//! the predicate `test-result/v0.1` and all that Goalpost knows of the turn as an extension field. The second holds SLSA's
//! verification summary of it, for tools that know nothing of Goalpost. Each envelope names the SHA-256 of the one before it,
//! so that a chain whose end is known can't be shortened, reordered or rewritten; and the last turn of a goal says that it
//! is the last.
//!
//! ```text
//! turn 1: test-result ◀── summary ◀── turn 2: test-result ◀── summary      ◀── names the SHA-256 of
//! ```
//!
//! It proves what this host saw, to whoever trusts its key. The key is a file of the user's: a receipt is no defence
//! against the user.

mod chain;
mod claims;
mod key;
mod statement;
mod summary;

#[cfg(test)]
mod tests;

use goalpost_core::envelope;
use goalpost_core::ids::Digest;

use crate::store::now_ms;
pub(crate) use chain::verify_chain;
pub(crate) use claims::{GateClaim, GoalFacts, StoredTurn, TurnClaims, TurnFacts};
pub(crate) use key::{Keys, read_public_key};

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// SHA-256 of its last envelope, which covers the other one.
    pub(crate) digest: Digest,
    /// The digest of the goal's receipt before this one; none for the first.
    pub(crate) previous: Option<Digest>,
    /// The turn's statement: a DSSE envelope as JSON, exactly as it was signed.
    pub(crate) envelope: String,
    /// The verification summary, likewise; none in a receipt of an older version.
    pub(crate) summary: Option<String>,
}

impl Receipt {
    /// Its envelopes, in the order of the chain.
    pub(crate) fn envelopes(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.envelope.as_str()).chain(self.summary.as_deref())
    }

    /// Whether its digest is the one of its last envelope.
    pub(crate) fn is_itself(&self) -> bool {
        Digest::of(self.summary.as_ref().unwrap_or(&self.envelope)) == self.digest
    }
}

/// Signs what is claimed of a turn. The same claims and keys give the same bytes.
///
/// # Errors
/// Claims that can't be written as JSON: none that the host makes.
pub(crate) fn sign(claims: &TurnClaims, keys: &Keys) -> Result<Receipt, serde_json::Error> {
    let envelope = envelope::seal(&statement::write(claims)?, keys.signing())?;
    let input = Digest::of(&envelope);
    let summary = match claims.summarised {
        true => Some(envelope::seal(&summary::write(claims, &input), keys.signing())?),
        false => None,
    };
    let digest = summary.as_ref().map_or(input, Digest::of);
    Ok(Receipt { digest, previous: claims.previous.clone(), envelope, summary })
}

/// The receipt of a turn that was just judged.
///
/// # Errors
/// As [`sign`].
pub(crate) fn of_turn(keys: &Keys, goal: &GoalFacts<'_>, turn: &TurnFacts<'_>) -> Result<Receipt, serde_json::Error> {
    sign(&TurnClaims::new(goal, turn, now_ms()), keys)
}
