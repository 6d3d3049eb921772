//! Whether a goal's receipts are whole, in order and signed.

use ed25519_dalek::VerifyingKey;
use goalpost_core::envelope::{self, EnvelopeError};
use goalpost_core::ids::{Digest, GoalId};
use goalpost_core::state::GoalState;
use goalpost_core::text::one_line;

use super::claims::TurnClaims;
use super::statement::{self, Statement};
use super::summary;

/// What is wrong with a chain. Envelopes are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReceiptError {
    /// The envelope did not open.
    #[error("envelope {position}: {source}")]
    Envelope { position: usize, source: EnvelopeError },
    /// Signed, but not a statement that Goalpost makes.
    #[error("envelope {position}: {detail}")]
    Statement { position: usize, detail: String },
    /// Of two goals.
    #[error("envelope {position} is of goal `{found}`, the ones before it of `{expected}`")]
    OtherGoal { position: usize, found: GoalId, expected: GoalId },
    /// A turn is missing or twice there.
    #[error("envelope {position} is of turn {found}, and turn {expected} is due: a turn is missing, or out of order")]
    OutOfOrder { position: usize, found: u32, expected: u32 },
    /// The one before it is another one than when it was signed.
    #[error("envelope {position} follows {}, and the one before it is {}", name(names), name(before))]
    BrokenLink { position: usize, names: Option<Digest>, before: Option<Digest> },
    /// The workspace's baseline, what was asked, or who was, changed within a goal.
    #[error(
        "envelope {position} is about another baseline or configuration, or other programs, than the ones before it"
    )]
    MovedGoalposts { position: usize },
    /// A turn's second envelope is not there.
    #[error("envelope {position}: the verification summary of turn {turn} is missing")]
    NoSummary { position: usize, turn: u32 },
    /// A turn after the goal's last one.
    #[error("envelope {position} is of turn {turn}, and the goal was {state} before it")]
    AfterTheEnd { position: usize, turn: u32, state: GoalState },
}

fn name(digest: &Option<Digest>) -> &str {
    digest.as_ref().map_or("none", Digest::short)
}

/// Checks a goal's envelopes from its first turn on, and gives what its turns claim.
///
/// A turn is its statement and, when that says so, the verification summary right after it. That none is missing at the end
/// is seen only when the last turn ends the goal ([`TurnClaims::ends`]), or by comparing with a digest kept elsewhere.
pub(crate) fn verify_chain(
    envelopes: &[impl AsRef<[u8]>],
    key: &VerifyingKey,
) -> Result<Vec<TurnClaims>, ReceiptError> {
    let mut chain: Vec<TurnClaims> = Vec::new();
    let mut before: Option<Digest> = None;
    // The last turn's summary is still to come.
    let mut due = false;
    for (envelope, position) in envelopes.iter().map(AsRef::as_ref).zip(1..) {
        let payload = envelope::open(envelope, key).map_err(|source| ReceiptError::Envelope { position, source })?;
        // It may quote what was signed.
        let misstated = |detail: String| ReceiptError::Statement { position, detail: one_line(&detail, 400) };
        match statement::read(&payload).map_err(misstated)? {
            Statement::Turn(claims) => {
                if let Some(last) = chain.last().filter(|_| due) {
                    return Err(ReceiptError::NoSummary { position, turn: last.turn });
                }
                follows(&chain, &claims, before.as_ref(), position)?;
                due = claims.summarised;
                chain.push(*claims);
            }
            Statement::Other(found) => {
                let (Some(turn), Some(input), true) = (chain.last(), &before, due) else {
                    return Err(misstated("no turn before it has it follow".to_owned()));
                };
                if let Some(place) = statement::difference(&found, &summary::document(turn, input)) {
                    return Err(misstated(format!("its field `{place}` is not what its turn says")));
                }
                due = false;
            }
        }
        before = Some(Digest::of(envelope));
    }
    match chain.last().filter(|_| due) {
        Some(last) => Err(ReceiptError::NoSummary { position: envelopes.len(), turn: last.turn }),
        None => Ok(chain),
    }
}

/// Whether a turn is the one that comes after `chain`.
fn follows(
    chain: &[TurnClaims],
    claims: &TurnClaims,
    before: Option<&Digest>,
    position: usize,
) -> Result<(), ReceiptError> {
    if let Some(first) = chain.first() {
        if claims.goal != first.goal {
            let (found, expected) = (claims.goal.clone(), first.goal.clone());
            return Err(ReceiptError::OtherGoal { position, found, expected });
        }
        let same = claims.trees.baseline == first.trees.baseline
            && claims.config == first.config
            && (&claims.plugins, &claims.signers) == (&first.plugins, &first.signers)
            && claims.tools == first.tools;
        if !same {
            return Err(ReceiptError::MovedGoalposts { position });
        }
    }
    let expected = u32::try_from(chain.len() + 1).unwrap_or(u32::MAX);
    if claims.turn != expected {
        return Err(ReceiptError::OutOfOrder { position, found: claims.turn, expected });
    }
    if let Some(state) = chain.last().and_then(|last| last.ends) {
        return Err(ReceiptError::AfterTheEnd { position, turn: claims.turn, state });
    }
    if claims.previous.as_ref() != before {
        let (names, before) = (claims.previous.clone(), before.cloned());
        return Err(ReceiptError::BrokenLink { position, names, before });
    }
    Ok(())
}
