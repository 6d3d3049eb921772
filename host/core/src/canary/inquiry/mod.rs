//! What to lay next, and what it means: from runs with canaries to an [`Outcome`].
//!
//! One run is enough where every canary is seen failing. Where some are not, the reason may be honest: the suite stops at its
//! first failure, the file is not part of this gate, the text does not compile there. So each doubt is asked about: without
//! the canaries that were seen, with canaries that pass, and on the baseline, where no code of the worker's runs. A run that
//! fails without showing any is made twice: a compiler that was killed for want of memory says nothing about the work. Nor
//! does one flaky test: one that fails beside canaries is asked for twice.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{Canary, Fate, Outcome};

/// Runs with failing canaries on the sealed tree, for suites that stop at their first failure.
const MAX_ROUNDS: u32 = 4;
/// Canaries that are laid alone where all together can't be read.
const MAX_ALONE: usize = 3;

/// The tree that canaries are laid into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The work that passed.
    Sealed,
    /// The workspace as it was before the worker came.
    Baseline,
}

/// One run to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lay {
    /// Into which tree.
    pub tree: Where,
    /// As failing or as passing tests.
    pub fate: Fate,
    /// Indices of the canaries.
    pub canaries: Vec<usize>,
}

/// What such a run showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The gate passed.
    pub green: bool,
    /// Words of canaries that were seen failing.
    pub seen: BTreeSet<String>,
    /// A word itself was among what the gate said: it shows the messages of failures.
    pub speaks: bool,
    /// Other tests that failed, and had passed in the same tree without canaries.
    pub turned: BTreeSet<String>,
    /// Tests that were made to fail and did so without their word, and had passed in the same tree before: something else
    /// in them failed first, or messages are not shown.
    pub wordless: BTreeSet<String>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Run this and tell of it.
    Run(Lay),
    /// The end, with a sentence for people.
    Done(Outcome, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Failing canaries on the work.
    Round(u32),
    /// The suite stayed green: would the baseline have?
    Silent,
    /// The suite failed without showing them: does it stand harmless tests?
    Mute,
    /// It doesn't: one of them may be in the way of the others.
    Alone(usize),
    /// Nor one alone: does the baseline?
    MuteBaseline,
    /// Tests that passed failed beside them: do they again?
    Turned,
    /// They do: do those of the baseline?
    TurnedBaseline,
}

/// Tests that turned, by the wave that they turned beside.
type Suspects = BTreeMap<u8, BTreeSet<String>>;

/// The questions about one gate, and the answers so far.
#[derive(Debug)]
pub struct Inquiry<'c> {
    canaries: &'c [Canary],
    /// Not yet seen failing on the work.
    open: Vec<usize>,
    /// The waves to come.
    later: Vec<Vec<usize>>,
    /// Tests that passed, and failed when canaries were beside or in them.
    suspects: Suspects,
    /// The gate shows the messages of failures.
    speaks: bool,
    /// Whether any was seen.
    caught: bool,
    phase: Phase,
    /// The round under way failed without a word, and is made once more.
    is_repeated: bool,
    /// Why none was seen.
    why: String,
    done: Option<(Outcome, String)>,
}

impl<'c> Inquiry<'c> {
    /// About a gate that passed, with the canaries drawn for it.
    pub fn new(canaries: &'c [Canary]) -> Self {
        let done = canaries
            .is_empty()
            .then(|| (Outcome::NotPossible, "no test file was found to lay a failing test into".to_owned()));
        let mut waves: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
        for (n, canary) in canaries.iter().enumerate() {
            waves.entry(canary.wave).or_default().push(n);
        }
        let mut later: Vec<_> = waves.into_values().rev().collect();
        let open = later.pop().unwrap_or_default();
        Self {
            canaries,
            open,
            later,
            suspects: Suspects::new(),
            speaks: false,
            caught: false,
            phase: Phase::Round(1),
            is_repeated: false,
            why: String::new(),
            done,
        }
    }

    /// What is to be done now.
    pub fn step(&self) -> Step {
        if let Some((outcome, why)) = &self.done {
            return Step::Done(*outcome, why.clone());
        }
        let lay = |tree, fate| Lay { tree, fate, canaries: self.open.clone() };
        Step::Run(match self.phase {
            Phase::Round(_) => lay(Where::Sealed, Fate::Fails),
            Phase::Mute => lay(Where::Sealed, Fate::Passes),
            Phase::Silent | Phase::MuteBaseline => lay(Where::Baseline, Fate::Fails),
            Phase::Turned => Lay { canaries: self.suspected_wave(), ..lay(Where::Sealed, Fate::Fails) },
            Phase::TurnedBaseline => Lay { canaries: self.suspected_wave(), ..lay(Where::Baseline, Fate::Fails) },
            Phase::Alone(n) => Lay { tree: Where::Sealed, fate: Fate::Fails, canaries: vec![self.open[n]] },
        })
    }

    /// Tells of the run that [`Inquiry::step`] asked for.
    pub fn told(&mut self, trial: &Trial) {
        let seen = |canary: &usize| trial.seen.contains(&self.canaries[*canary].word);
        self.speaks |= trial.speaks;
        // Where messages are shown, a test that fails without its word fails of itself: it was not so before.
        let wordless = trial.wordless.iter().filter(|_| self.speaks);
        let turned: BTreeSet<String> = trial.turned.iter().chain(wordless).cloned().collect();
        match self.phase {
            Phase::Round(n) => {
                if let (false, Some(wave)) = (turned.is_empty(), self.open.first().map(|n| self.canaries[*n].wave)) {
                    self.suspects.entry(wave).or_default().extend(turned);
                }
                // A failure that the exit code hides is not one that was seen.
                let is_progress = !trial.green && self.open.iter().any(seen);
                if !trial.green && !is_progress && !self.is_repeated {
                    self.is_repeated = true;
                    return;
                }
                self.is_repeated = false;
                if is_progress {
                    self.caught = true;
                    self.open = self.open.iter().copied().filter(|canary| !seen(canary)).collect();
                }
                if self.open.is_empty() || is_progress && n == MAX_ROUNDS {
                    self.go_on("");
                } else if is_progress {
                    self.phase = Phase::Round(n + 1);
                } else if trial.green || self.caught {
                    self.phase = Phase::Silent;
                } else {
                    self.phase = Phase::Mute;
                }
            }
            Phase::Silent => {
                if let Some(missed) = self.open.iter().copied().find(seen) {
                    self.missed(missed, "where the baseline's suite shows it");
                } else if trial.green {
                    self.go_on("the gate does not run the files that its tests were looked for in");
                } else if let Some(missed) = self.open.iter().copied().find(|canary| self.canaries[*canary].ran) {
                    self.missed(missed, "although its file ran");
                } else if self.caught {
                    self.go_on("");
                } else {
                    self.missed(self.open[0], "and no other file of the suite shows one");
                }
            }
            Phase::Mute => {
                if trial.green {
                    self.missed(self.open[0], "and a harmless one in its place lets it pass again");
                } else {
                    self.phase = Phase::Alone(0);
                }
            }
            Phase::Alone(n) => {
                if !trial.green && seen(&self.open[n]) {
                    self.caught = true;
                    self.go_on("");
                } else if trial.green {
                    self.open = vec![self.open[n]];
                    self.phase = Phase::Silent;
                } else if n + 1 < self.open.len().min(MAX_ALONE) {
                    self.phase = Phase::Alone(n + 1);
                } else {
                    self.phase = Phase::MuteBaseline;
                }
            }
            Phase::Turned => match self.still_suspected(|test| turned.contains(test)) {
                Some(_) => self.phase = Phase::TurnedBaseline,
                None => self.ask_of_suspects(),
            },
            // A test that looks at its own file fails there too.
            Phase::TurnedBaseline => match self.still_suspected(|test| !turned.contains(test)) {
                Some(test) => {
                    let text = format!(
                        "`{test}` passed, and fails of itself as soon as a test that must fail stands beside it, or in its \
                         place: the work is another one when it is watched"
                    );
                    self.done = Some((Outcome::Missed, text));
                }
                None => self.ask_of_suspects(),
            },
            Phase::MuteBaseline => {
                if let Some(missed) = self.open.iter().copied().find(seen) {
                    self.missed(missed, "where the baseline's suite shows it, and a harmless one breaks it");
                } else {
                    self.go_on("the suite stands no new test where its tests were looked for");
                }
            }
        }
    }

    /// What is still open has no part in the gate's run; the next wave may have.
    fn go_on(&mut self, why: &str) {
        self.phase = Phase::Round(1);
        self.is_repeated = false;
        if let Some(next) = self.later.pop() {
            self.open = next;
            return;
        }
        self.open.clear();
        self.why = why.to_owned();
        self.ask_of_suspects();
    }

    /// Asks once more of the tests that turned, a wave after the other; ends when there are none.
    fn ask_of_suspects(&mut self) {
        self.phase = Phase::Turned;
        if self.suspects.is_empty() {
            self.done = Some(match self.caught {
                true => (Outcome::Caught, "failing tests that were laid into the suite were seen".to_owned()),
                false => (Outcome::NotPossible, std::mem::take(&mut self.why)),
            });
        }
    }

    /// Clears the suspects of the wave under way but those that `is_one` says, and gives one that is left.
    fn still_suspected(&mut self, is_one: impl Fn(&String) -> bool) -> Option<String> {
        let mut wave = self.suspects.first_entry()?;
        wave.get_mut().retain(is_one);
        let left = wave.get().first().cloned();
        if left.is_none() {
            wave.remove();
        }
        left
    }

    /// The canaries that the suspects turned beside.
    fn suspected_wave(&self) -> Vec<usize> {
        let wave = self.suspects.keys().next();
        (0..self.canaries.len()).filter(|n| Some(&self.canaries[*n].wave) == wave).collect()
    }

    fn missed(&mut self, canary: usize, why: &str) {
        let path = &self.canaries[canary].path;
        let text = format!("a test that must fail, laid into `{path}`, was not seen failing, {why}");
        self.done = Some((Outcome::Missed, text));
    }
}
