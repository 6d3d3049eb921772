//! `goalpost receipt verify`

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use ed25519_dalek::VerifyingKey;
use goalpost_core::config::fingerprint_of;
use goalpost_core::envelope::key_id;
use goalpost_core::ids::Digest;
use goalpost_core::state::GoalState;

use crate::commands::find::{Here, print};
use crate::exit::{Exit, UsageError};
use crate::receipt::{Keys, Receipt, StoredTurn, TurnClaims, read_public_key, verify_chain};
use crate::report::{Style, Tone, outcome_word, plugin};
use crate::store::{GoalRecord, TurnRecord};

/// A chain of 50 turns stays far below; a file beyond it is something else.
const MAX_FILE: u64 = 256 << 20;

/// Check that a goal's receipts are whole, signed and in order, and that the stored turns are what they say
///
/// Exit code 0 when everything holds, 2 when anything does not. Of an exported file, 3 when all of it holds and its last turn
/// does not end the goal: what came after it, if anything did, is not there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost receipt verify --file chain.jsonl --key receipts.pub")]
pub(super) struct VerifyArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// The public key to check with (PEM); this user's own when not given
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Check exported receipts instead of the stored ones; needs no goal and none of this machine's state
    #[arg(long, value_name = "FILE", conflicts_with = "goal", requires = "key")]
    file: Option<PathBuf>,
}

pub(super) fn run(args: &VerifyArgs) -> Result<Exit> {
    let given = args.key.as_deref().map(read_public_key).transpose().map_err(|e| UsageError(e.to_string()))?;
    if let (Some(file), Some(key)) = (&args.file, &given) {
        let verified = check_file(&read(file)?, key);
        let is_open = verified.as_ref().is_ok_and(|chain| chain.last().is_some_and(|last| last.ends.is_none()));
        return report(verified, is_open, key, Style::detect(&std::io::stdout()));
    }
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    let key = match given {
        Some(key) => key,
        None => Keys::open(&here.places.keys())?.public(),
    };
    let stored = Stored::load(&here, goal)?;
    report(stored.check(&key), false, &key, here.style)
}

fn read(file: &Path) -> Result<Vec<u8>, UsageError> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|opened| opened.take(MAX_FILE).read_to_end(&mut bytes));
    read.map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
    Ok(bytes)
}

/// Checks exported receipts: an envelope a line, each line ended, and nothing else.
fn check_file(bytes: &[u8], key: &VerifyingKey) -> Result<Vec<TurnClaims>, String> {
    let Some(lines) = bytes.strip_suffix(b"\n") else {
        let what = if bytes.is_empty() { "the file is empty" } else { "the last line is cut: it has no end" };
        return Err(what.to_owned());
    };
    let envelopes: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').collect();
    verify_chain(&envelopes, key).map_err(|error| error.to_string())
}

/// What the store holds of a goal.
pub(super) struct Stored {
    pub(super) goal: GoalRecord,
    /// Of the configuration as it is stored.
    config: Digest,
    pub(super) turns: Vec<TurnRecord>,
    /// The digests of the turns' texts, from the first turn on.
    texts: Vec<Option<StoredTurn>>,
    receipts: Vec<(u32, Receipt)>,
}

impl Stored {
    /// All of a goal that has a finished turn.
    pub(super) fn load(here: &Here, goal: GoalRecord) -> Result<Self> {
        let receipts = here.store.receipts(&goal.id)?;
        if receipts.is_empty() && goal.turns == 0 {
            return Err(UsageError(format!("goal {} has no receipts: none of its turns is finished", goal.id)).into());
        }
        Ok(Self {
            turns: here.store.turns(&goal.id)?,
            texts: (1..=goal.turns).map(|turn| here.store.stored_turn(&goal.id, turn)).collect::<Result<_, _>>()?,
            config: fingerprint_of(&here.store.stored_config(&goal.id)?),
            goal,
            receipts,
        })
    }

    /// The chain, and that the goal and its turns are what it says.
    pub(super) fn check(&self, key: &VerifyingKey) -> Result<Vec<TurnClaims>, String> {
        let envelopes: Vec<&str> = self.receipts.iter().flat_map(|(_, receipt)| receipt.envelopes()).collect();
        let chain = verify_chain(&envelopes, key).map_err(|error| error.to_string())?;
        if u32::try_from(chain.len()) != Ok(self.goal.turns) {
            return Err(format!("{} turns are finished, and {} have a receipt", self.goal.turns, chain.len()));
        }
        let mut before = None;
        for (claims, (turn, receipt)) in chain.iter().zip(&self.receipts) {
            let is_in_place = *turn == claims.turn && receipt.previous == before && receipt.is_itself();
            let what = if is_in_place { self.difference(claims, receipt) } else { Some("receipt's place") };
            if let Some(what) = what {
                return Err(format!("turn {}: the stored {what} is not the one that was signed", claims.turn));
            }
            before = Some(receipt.digest.clone());
        }
        self.check_end(chain.last())?;
        Ok(chain)
    }

    /// Whether the goal ended as its last turn says.
    fn check_end(&self, last: Option<&TurnClaims>) -> Result<(), String> {
        let Some(last) = last.filter(|last| last.summarised) else { return Ok(()) };
        let state = self.goal.state;
        // A person may cancel a goal between two turns, which no receipt tells of.
        let stored = Some(state).filter(|state| state.is_terminal() && *state != GoalState::Cancelled);
        let holds = match (last.ends, stored) {
            (Some(signed), Some(stored)) => signed == stored && self.goal.assurance == last.verdict.assurance,
            (signed, stored) => signed.is_none() && stored.is_none(),
        };
        let signed = last.ends.map_or("not ended", GoalState::as_str);
        if holds { Ok(()) } else { Err(format!("the stored goal is {state}, and its last receipt says {signed}")) }
    }

    /// The first thing that the store holds otherwise than its receipt says.
    fn difference(&self, claims: &TurnClaims, receipt: &Receipt) -> Option<&'static str> {
        let goal = &self.goal;
        let turn = self.turns.iter().find(|turn| turn.turn == claims.turn);
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
        let index = usize::try_from(claims.turn).unwrap_or(usize::MAX).saturating_sub(1);
        let checks = [
            ("receipt's digest", turn.receipt.as_ref() == Some(&receipt.digest)),
            ("goal", claims.goal == goal.id),
            ("baseline", claims.trees.baseline == goal.baseline),
            ("configuration", claims.config == goal.config_digest && claims.config == self.config),
            ("plugins", claims.plugins == goal.plugins),
            ("signers", claims.signers == goal.signers),
            ("programs", claims.tools == goal.tools),
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
            ("panel", claims.panel == goal.config.panel && claims.spared == result.spared),
            ("verdict", claims.verdict == result.verdict),
            ("evidence", claims.evidence == result.evidence),
            // Whatever has no word of its own above.
            ("text", claims.stored.is_none() || self.texts.get(index) == Some(&claims.stored)),
        ];
        checks.into_iter().find(|(_, holds)| !holds).map(|(what, _)| what)
    }
}

fn report(verified: Result<Vec<TurnClaims>, String>, is_open: bool, key: &VerifyingKey, style: Style) -> Result<Exit> {
    let chain = match verified {
        Ok(chain) => chain,
        Err(what) => {
            eprintln!("not valid: {what}");
            return Ok(Exit::NotAchieved);
        }
    };
    print(&chain.iter().map(|claims| line(claims, style)).collect::<Vec<_>>())?;
    if let Some(last) = chain.last() {
        // They are the same for every turn.
        let plugins = last.plugins.iter().map(|(name, digest)| plugin(name, digest, last.signers.get(name)));
        print(&plugins.map(|text| style.line(Tone::Faint, "plugin", &[(Tone::Plain, &text)])).collect::<Vec<_>>())?;
    }
    let key = key_id(key);
    let short = key.get(..12).unwrap_or(&key);
    let end = match chain.last().and_then(|last| last.ends) {
        Some(state) => format!(", and with the last one the goal is {state}"),
        None => String::new(),
    };
    let text = format!("{} signed by the key {short}, in order, none missing between{end}", chain.len());
    print(&[style.line(Tone::Good, "valid", &[(Tone::Plain, &text)])])?;
    if is_open {
        eprintln!("open: the last turn does not end its goal, so that receipts may be missing after it");
        return Ok(Exit::Waiting);
    }
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
    fn after(change: impl FnOnce(&mut Stored)) -> Result<usize, String> {
        let (store, _dir) = store();
        let goal = finished(&store, "g1", 2);
        let mut stored = Stored {
            turns: store.turns(&goal.id).unwrap(),
            texts: (1..=2).map(|turn| store.stored_turn(&goal.id, turn).unwrap()).collect(),
            config: fingerprint_of(&store.stored_config(&goal.id).unwrap()),
            receipts: store.receipts(&goal.id).unwrap(),
            goal,
        };
        change(&mut stored);
        stored.check(&keys().public()).map(|chain| chain.len())
    }

    #[test]
    fn a_stored_turn_that_was_edited_later_is_found() {
        assert_eq!(after(|_| ()), Ok(2));
        let cut_short = after(|s| drop(s.receipts.pop())).unwrap_err();
        assert!(cut_short.contains("2 turns are finished, and 1 have"), "{cut_short}");
        let other = "f".repeat(40);
        for (what, error) in [
            ("verdict", after(|s| s.turns[0].result.as_mut().unwrap().verdict.reason.push('!'))),
            ("gates", after(|s| s.turns[1].result.as_mut().unwrap().gates[0].output.push('!'))),
            ("tampering", after(|s| s.turns[1].candidate.as_mut().unwrap().tampering.clear())),
            ("kept changes", after(|s| s.turns[1].candidate.as_mut().unwrap().kept.clear())),
            ("trees", after(|s| s.turns[1].candidate.as_mut().unwrap().trees.sealed = other.parse().unwrap())),
            ("baseline", after(|s| s.goal.baseline = other.parse().unwrap())),
            ("plugins", after(|s| s.goal.plugins.clear())),
            ("signers", after(|s| s.goal.signers.clear())),
            ("programs", after(|s| s.goal.tools.clear())),
            ("configuration", after(|s| s.config = Digest::of("another"))),
            ("receipt's digest", after(|s| s.turns[0].receipt = s.turns[1].receipt.clone())),
            ("receipt's place", after(|s| s.receipts[1].1.previous = None)),
            ("receipt's place", after(|s| s.receipts[0].1.digest = Digest::of("another"))),
            ("receipt's place", after(|s| s.receipts[0].0 = 3)),
            ("turn", after(|s| drop(s.turns.remove(0)))),
            ("text", after(|s| s.texts[0].as_mut().unwrap().worker = Digest::of("another"))),
            ("text", after(|s| s.texts[1] = None)),
        ] {
            let error = error.unwrap_err();
            assert!(error.contains(&format!("the stored {what} is not")), "{what}: {error}");
        }
    }

    #[test]
    fn a_goal_that_did_not_end_as_its_last_receipt_says_is_found() {
        for (state, signed) in [(GoalState::MaxTurns, "achieved"), (GoalState::Running, "achieved")] {
            let error = after(|s| s.goal.state = state).unwrap_err();
            assert!(error.contains(&format!("is {state}")) && error.contains(signed), "{error}");
        }
        assert!(after(|s| s.goal.assurance = None).is_err());
    }

    #[test]
    fn an_exported_file_is_lines_and_nothing_else() {
        let (store, _dir) = store();
        let goal = finished(&store, "g1", 2);
        let receipts = store.receipts(&goal.id).unwrap();
        let lines: Vec<&str> = receipts.iter().flat_map(|(_, receipt)| receipt.envelopes()).collect();
        assert_eq!(lines.len(), 4);
        let file = lines.join("\n") + "\n";
        let key = keys().public();
        assert_eq!(check_file(file.as_bytes(), &key).unwrap().last().unwrap().ends, Some(GoalState::Achieved));
        let without = |index: usize| {
            let mut left = lines.clone();
            left.remove(index);
            left.join("\n") + "\n"
        };
        let swapped = [lines[0], lines[1], lines[3], lines[2]].join("\n") + "\n";
        let twice = [lines[0], lines[1], lines[1], lines[2], lines[3]].join("\n") + "\n";
        for other in [
            String::new(),
            "\n".to_owned(),
            file.trim_end().to_owned(),
            format!("{file}\n"),
            format!("\n{file}"),
            format!("{file} "),
            file.replace('\n', "\r\n"),
            file.replace('\n', "\n\n"),
            format!("\u{feff}{file}"),
            without(0),
            without(1),
            without(2),
            without(3),
            swapped,
            twice,
            format!("{file}{}\n", lines[3]),
        ] {
            assert!(check_file(other.as_bytes(), &key).is_err(), "{other}");
        }
        // What is whole up to a turn in the middle is valid, and says that the goal goes on.
        let start = lines[..2].join("\n") + "\n";
        assert_eq!(check_file(start.as_bytes(), &key).unwrap().last().unwrap().ends, None);
    }
}
