//! What plugins remember (`state`), through one turn.
//!
//! ```text
//! store ── found, of the turns before ──▶ a copy for every call ── answered ──▶ left ── with the turn's commit ──▶ store
//! ```
//!
//! Every call of a turn starts from what the turn found: a judge that is asked twice, a gate that runs again in the clean room,
//! and all that is judged again after a crash. Of the calls of one use, the last that answered is the one that counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use goalpost_core::ids::{Digest, GoalId};
use goalpost_core::plugin_state::Remembered;
use goalpost_plugins::StateBook;

use super::host::Host;
use super::plugins::ReadyPlugin;
use crate::store::TurnRecord;

/// What the plugins of a goal remember in a turn, by their uses. The default remembers nothing, and is for a verification
/// without a goal.
#[derive(Default)]
pub(crate) struct Memories {
    found: BTreeMap<String, Remembered>,
    left: Mutex<BTreeMap<String, Remembered>>,
}

impl Memories {
    /// As the goal's turn `turn` finds them.
    pub(crate) fn of_turn(host: &Host, goal: &GoalId, turn: u32) -> Result<Self> {
        Ok(Self { found: host.store.remembered_before(goal, turn)?, left: Mutex::default() })
    }

    /// The uses of which this is not what `turns`, those of the goal, say that they remembered when the turn `turn` began.
    pub(super) fn lost<'t>(&self, turns: &'t [TurnRecord], turn: u32) -> Vec<&'t str> {
        let mut last = BTreeMap::new();
        for before in turns.iter().filter(|before| before.turn < turn) {
            let driven = before.worker.iter().flat_map(|worker| &worker.remembered);
            last.extend(driven.chain(before.result.iter().flat_map(|result| &result.remembered)));
        }
        let is_lost =
            |(key, left): &(&String, &Digest)| self.found.get(*key).map(Remembered::digest).as_ref() != Some(left);
        last.into_iter().filter(is_lost).map(|(key, _)| key.as_str()).collect()
    }

    /// What a call of a plugin may remember; none where that is not granted.
    pub(super) fn open(&self, host: &Host, plugin: &ReadyPlugin) -> Option<StateBook> {
        let grant = plugin.admitted.grants().state.as_ref()?;
        let nothing = Remembered::default();
        let found = self.found.get(&plugin.key).unwrap_or(&nothing);
        Some(StateBook::open(grant, found).redacted_by(host.redactor.clone()))
    }

    /// Notes what a call left that has answered.
    pub(super) fn answered(&self, plugin: &ReadyPlugin, book: Option<&StateBook>) {
        if let Some(book) = book {
            let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            left.insert(plugin.key.clone(), book.remembered());
        }
    }

    /// What is other than the turn found it.
    pub(crate) fn changed(&self) -> BTreeMap<String, Remembered> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = |(key, left): &(&String, &Remembered)| {
            self.found.get(*key).map_or(!left.is_empty(), |found| found != *left)
        };
        left.iter().filter(is_other).map(|(key, left)| (key.clone(), left.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::{candidate, result, worker_done};
    use crate::store::{TurnResult, WorkerDone};

    fn remembered(value: &str) -> Remembered {
        [("key".to_owned(), value.as_bytes().to_vec())].into_iter().collect()
    }

    /// A turn from which on its workflow and a judge remember these.
    fn turn(turn: u32, workflow: &str, judge: &str) -> TurnRecord {
        let digests = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), remembered(value).digest())]);
        TurnRecord {
            turn,
            attempt: 1,
            started_ms: 0,
            worker: Some(WorkerDone { remembered: digests("workflow", workflow), ..worker_done() }),
            candidate: Some(candidate()),
            result: Some(TurnResult { remembered: digests("evaluator/a", judge), ..result(true) }),
            receipt: None,
        }
    }

    #[test]
    fn what_is_not_as_the_turns_before_left_it_is_lost() {
        let turns = [turn(1, "w1", "a1"), turn(2, "w2", "a2")];
        let found = |workflow: &str, judge: &str| {
            let found = [("workflow", workflow), ("evaluator/a", judge)];
            Memories {
                found: found.into_iter().map(|(key, value)| (key.to_owned(), remembered(value))).collect(),
                left: Mutex::default(),
            }
        };
        assert!(found("w1", "a1").lost(&turns, 2).is_empty());
        assert_eq!(found("w2", "other").lost(&turns, 3), ["evaluator/a"]);
        assert_eq!(Memories::default().lost(&turns, 2), ["evaluator/a", "workflow"]);
        assert!(Memories::default().lost(&turns, 1).is_empty());
    }
}
