//! `goalpost receipt`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Subcommand;
use ed25519_dalek::VerifyingKey;
use goalpost_core::ids::Digest;

use super::find::{Here, print};
use crate::exit::{Exit, UsageError};
use crate::receipt::{Keys, Receipt, TurnClaims, key_id, read_public_key, verify_chain};
use crate::report::{Style, Tone, outcome_word};
use crate::store::{GoalRecord, TurnRecord};

/// A chain of 50 turns stays far below; a file beyond it is something else.
const MAX_FILE: u64 = 256 << 20;

/// Check or hand out the signed records of a goal's turns
///
/// Each turn leaves a receipt: an in-toto statement about the tree that was verified, in a DSSE envelope, signed with this
/// user's key and chained to the receipt before it.
#[derive(Debug, clap::Args)]
pub(crate) struct ReceiptArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that a goal's receipts are whole, signed and in order, and that the stored turns are what they say
    ///
    /// Exit code 0 when everything holds, 2 when anything does not.
    Verify(VerifyArgs),
    /// Print a goal's receipts, a DSSE envelope a line
    Export(ExportArgs),
    /// Print the id and file of the public key, for whoever is to check receipts elsewhere
    Key,
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// The public key to check with (PEM); this user's own when not given
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Check exported receipts instead of the stored ones; needs no goal and none of this machine's state
    #[arg(long, value_name = "FILE", conflicts_with = "goal", requires = "key")]
    file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Only this turn's
    #[arg(long, short, value_name = "N")]
    turn: Option<u32>,
}

pub(crate) fn run(args: &ReceiptArgs) -> Result<Exit> {
    match &args.command {
        Command::Verify(args) => verify(args),
        Command::Export(args) => export(args),
        Command::Key => key(),
    }
}

fn key() -> Result<Exit> {
    let here = Here::open()?;
    let keys = Keys::open(&here.places.keys())?;
    print(&[format!("{}  {}", keys.id(), here.places.keys().join("receipts.pub").display())])?;
    Ok(Exit::Achieved)
}

fn export(args: &ExportArgs) -> Result<Exit> {
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    let receipts = here.store.receipts(&goal.id)?;
    let chosen: Vec<_> = receipts
        .into_iter()
        .filter(|(turn, _)| args.turn.is_none_or(|wanted| wanted == *turn))
        .map(|(_, receipt)| receipt.envelope)
        .collect();
    if chosen.is_empty() {
        let turns = goal.turns;
        return Err(
            UsageError(format!("goal {} has no such receipt: {turns} of its turns are finished", goal.id)).into()
        );
    }
    print(&chosen)?;
    Ok(Exit::Achieved)
}

fn verify(args: &VerifyArgs) -> Result<Exit> {
    let given = args.key.as_deref().map(read_public_key).transpose().map_err(|e| UsageError(e.to_string()))?;
    if let (Some(file), Some(key)) = (&args.file, &given) {
        let text = read(file)?;
        let envelopes: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let verified = if envelopes.is_empty() {
            Err(format!("{} holds no receipts", file.display()))
        } else {
            verify_chain(&envelopes, key).map_err(|error| error.to_string())
        };
        return report(verified, key, Style::detect(&std::io::stdout()));
    }
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    let key = match given {
        Some(key) => key,
        None => Keys::open(&here.places.keys())?.public(),
    };
    let receipts = here.store.receipts(&goal.id)?;
    let turns = here.store.turns(&goal.id)?;
    if receipts.is_empty() && goal.turns == 0 {
        return Err(UsageError(format!("goal {} has no receipts: none of its turns is finished", goal.id)).into());
    }
    report(check(&goal, &turns, &receipts, &key), &key, here.style)
}

fn read(file: &Path) -> Result<String> {
    let mut text = String::new();
    let opened = File::open(file).map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
    opened.take(MAX_FILE).read_to_string(&mut text).with_context(|| format!("can't read {}", file.display()))?;
    Ok(text)
}

/// The chain, and that the stored turns are what it says.
fn check(
    goal: &GoalRecord,
    turns: &[TurnRecord],
    receipts: &[(u32, Receipt)],
    key: &VerifyingKey,
) -> Result<Vec<TurnClaims>, String> {
    let envelopes: Vec<&str> = receipts.iter().map(|(_, receipt)| receipt.envelope.as_str()).collect();
    let chain = verify_chain(&envelopes, key).map_err(|error| error.to_string())?;
    if u32::try_from(chain.len()) != Ok(goal.turns) {
        return Err(format!("{} turns are finished, and {} have a receipt", goal.turns, chain.len()));
    }
    for (claims, (_, receipt)) in chain.iter().zip(receipts) {
        let turn = turns.iter().find(|turn| turn.turn == claims.turn);
        if let Some(what) = difference(goal, turn, claims, receipt) {
            return Err(format!("turn {}: the stored {what} is not the one that was signed", claims.turn));
        }
    }
    Ok(chain)
}

/// The first thing that the store holds otherwise than its receipt says.
fn difference(
    goal: &GoalRecord,
    turn: Option<&TurnRecord>,
    claims: &TurnClaims,
    receipt: &Receipt,
) -> Option<&'static str> {
    let Some((turn, candidate, result)) =
        turn.and_then(|turn| Some((turn, turn.candidate.as_ref()?, turn.result.as_ref()?)))
    else {
        return Some("turn");
    };
    let outputs = |reports: &[goalpost_core::evidence::GateReport]| -> Vec<_> {
        reports.iter().map(|gate| (gate.name.clone(), gate.status, Digest::of(&gate.output))).collect()
    };
    let signed = |gates: &[crate::receipt::GateClaim]| -> Vec<_> {
        gates.iter().map(|gate| (gate.name.clone(), gate.status, gate.output.clone())).collect()
    };
    let opinions =
        |outcome_and_reason: &mut dyn Iterator<Item = (String, String)>| outcome_and_reason.collect::<Vec<_>>();
    let checks = [
        (
            "receipt's digest",
            turn.receipt.as_ref() == Some(&receipt.digest) && Digest::of(&receipt.envelope) == receipt.digest,
        ),
        ("goal", claims.goal == goal.id),
        ("baseline", claims.trees.baseline == goal.baseline),
        ("configuration", claims.config == goal.config_digest),
        ("plugins", claims.plugins == goal.plugins),
        ("trees", claims.trees == candidate.trees),
        ("tampering", claims.tampering == candidate.tampering),
        ("kept changes", claims.kept == candidate.kept),
        ("gates", signed(&claims.gates) == outputs(&result.gates)),
        ("clean room", signed(&claims.clean_room) == outputs(&result.clean_room)),
        (
            "opinions",
            opinions(&mut claims.opinions.iter().map(|o| (o.evaluator.clone(), o.reason.clone())))
                == opinions(&mut result.opinions.iter().map(|o| (o.evaluator.clone(), o.verdict.reason.clone()))),
        ),
        ("verdict", claims.verdict == result.verdict),
        ("evidence", claims.evidence == result.evidence),
    ];
    checks.into_iter().find(|(_, holds)| !holds).map(|(what, _)| what)
}

fn report(verified: Result<Vec<TurnClaims>, String>, key: &VerifyingKey, style: Style) -> Result<Exit> {
    let chain = match verified {
        Ok(chain) => chain,
        Err(what) => {
            eprintln!("not valid: {what}");
            return Ok(Exit::NotAchieved);
        }
    };
    print(&chain.iter().map(|claims| line(claims, style)).collect::<Vec<_>>())?;
    let key = key_id(key);
    let short = key.get(..12).unwrap_or(&key);
    let text = format!("{} signed by the key {short}, in order, none missing between", chain.len());
    print(&[style.line(Tone::Good, "valid", &[(Tone::Plain, &text)])])?;
    Ok(Exit::Achieved)
}

fn line(claims: &TurnClaims, style: Style) -> String {
    let (tone, outcome) = outcome_word(claims.verdict.outcome);
    let trees = format!("sealed {} · isolation {}", claims.trees.sealed.short(), claims.isolation);
    style.line(
        Tone::Strong,
        &format!("turn {}", claims.turn),
        &[(tone, &format!("{outcome:<12}")), (Tone::Faint, &trees)],
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::fixtures::{finished, keys, store};

    /// Checks a goal of two turns after `change` was made to what is stored.
    fn after(
        change: impl FnOnce(&mut GoalRecord, &mut Vec<TurnRecord>, &mut Vec<(u32, Receipt)>),
    ) -> Result<usize, String> {
        let (store, _dir) = store();
        let mut goal = finished(&store, "g1", 2);
        let mut turns = store.turns(&goal.id).unwrap();
        let mut receipts = store.receipts(&goal.id).unwrap();
        change(&mut goal, &mut turns, &mut receipts);
        check(&goal, &turns, &receipts, &keys().public()).map(|chain| chain.len())
    }

    #[test]
    fn a_stored_turn_that_was_edited_later_is_found() {
        assert_eq!(after(|_, _, _| ()), Ok(2));
        let cut_short = after(|_, _, receipts| drop(receipts.pop())).unwrap_err();
        assert!(cut_short.contains("2 turns are finished, and 1 have"), "{cut_short}");
        for (what, error) in [
            ("verdict", after(|_, turns, _| turns[0].result.as_mut().unwrap().verdict.reason.push('!'))),
            ("gates", after(|_, turns, _| turns[1].result.as_mut().unwrap().gates[0].output.push('!'))),
            ("tampering", after(|_, turns, _| turns[1].candidate.as_mut().unwrap().tampering.clear())),
            ("kept changes", after(|_, turns, _| turns[1].candidate.as_mut().unwrap().kept.clear())),
            (
                "trees",
                after(|_, turns, _| {
                    turns[1].candidate.as_mut().unwrap().trees.sealed = "f".repeat(40).parse().unwrap()
                }),
            ),
            ("baseline", after(|goal, _, _| goal.baseline = "f".repeat(40).parse().unwrap())),
            ("plugins", after(|goal, _, _| goal.plugins.clear())),
            ("receipt's digest", after(|_, turns, _| turns[0].receipt = turns[1].receipt.clone())),
            ("turn", after(|_, turns, _| drop(turns.remove(0)))),
        ] {
            let error = error.unwrap_err();
            assert!(error.contains(&format!("the stored {what} is not")), "{what}: {error}");
        }
    }
}
