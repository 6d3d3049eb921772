//! Whether a goal's receipts are whole, in order and signed.

use ed25519_dalek::VerifyingKey;
use goalpost_core::ids::{Digest, GoalId};

use super::envelope::{self, EnvelopeError};
use super::statement::{self, TurnClaims};

/// What is wrong with a chain. Receipts are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReceiptError {
    /// The envelope did not open.
    #[error("receipt {position}: {source}")]
    Envelope { position: usize, source: EnvelopeError },
    /// Signed, but not a statement that Goalpost makes.
    #[error("receipt {position}: {detail}")]
    Statement { position: usize, detail: String },
    /// Of two goals.
    #[error("receipt {position} is of goal `{found}`, the ones before it of `{expected}`")]
    OtherGoal { position: usize, found: GoalId, expected: GoalId },
    /// A turn is missing or twice there.
    #[error("receipt {position} is of turn {found}: a turn is missing, or out of order")]
    OutOfOrder { position: usize, found: u32 },
    /// The receipt before it is another one than when it was signed.
    #[error("receipt {position} follows {}, and the receipt before it is {}", name(names), name(before))]
    BrokenLink { position: usize, names: Option<Digest>, before: Option<Digest> },
    /// The workspace's baseline changed within a goal.
    #[error("receipt {position} is about another baseline or configuration than the ones before it")]
    MovedGoalposts { position: usize },
}

fn name(digest: &Option<Digest>) -> &str {
    digest.as_ref().map_or("none", Digest::short)
}

/// Checks a goal's receipts from its first turn on, and gives what they claim.
///
/// That none is missing at the end can't be seen from the chain: compare the last digest with one kept elsewhere.
pub(crate) fn verify_chain(
    envelopes: &[impl AsRef<[u8]>],
    key: &VerifyingKey,
) -> Result<Vec<TurnClaims>, ReceiptError> {
    let mut chain: Vec<TurnClaims> = Vec::with_capacity(envelopes.len());
    let mut before: Option<Digest> = None;
    for (envelope, position) in envelopes.iter().map(AsRef::as_ref).zip(1..) {
        let payload = envelope::open(envelope, key).map_err(|source| ReceiptError::Envelope { position, source })?;
        let claims = statement::read(&payload).map_err(|detail| ReceiptError::Statement { position, detail })?;
        if let Some(first) = chain.first() {
            if claims.goal != first.goal {
                return Err(ReceiptError::OtherGoal { position, found: claims.goal, expected: first.goal.clone() });
            }
            if claims.trees.baseline != first.trees.baseline || claims.config != first.config {
                return Err(ReceiptError::MovedGoalposts { position });
            }
        }
        if usize::try_from(claims.turn) != Ok(position) {
            return Err(ReceiptError::OutOfOrder { position, found: claims.turn });
        }
        if claims.previous != before {
            return Err(ReceiptError::BrokenLink { position, names: claims.previous, before });
        }
        before = Some(Digest::of(envelope));
        chain.push(claims);
    }
    Ok(chain)
}
