use super::*;
use crate::canary::Manner;

fn canaries(words: &[&str]) -> Vec<Canary> {
    let canary = |word: &&str| Canary {
        path: format!("tests/{word}.py"),
        manner: Manner::Raise,
        name: format!("{word}_name"),
        word: (*word).to_owned(),
        ran: false,
        wave: 0,
    };
    words.iter().map(canary).collect()
}

/// The outcome for a gate that answers like `suite`, and how often it was run.
fn ask(canaries: &[Canary], suite: impl Fn(&Lay) -> (bool, Vec<usize>)) -> (Outcome, u32) {
    let mut inquiry = Inquiry::new(canaries);
    for runs in 0..20 {
        match inquiry.step() {
            Step::Done(outcome, _) => return (outcome, runs),
            Step::Run(lay) => {
                let (green, seen) = suite(&lay);
                let seen = seen.iter().map(|n| canaries[*n].word.clone()).collect();
                inquiry.told(&Trial { green, seen, speaks: true, turned: BTreeSet::new(), wordless: BTreeSet::new() });
            }
        }
    }
    panic!("it never ends");
}

fn honest(lay: &Lay) -> (bool, Vec<usize>) {
    if lay.fate == Fate::Fails { (false, lay.canaries.clone()) } else { (true, vec![]) }
}

#[test]
fn an_honest_suite_is_run_once() {
    assert_eq!(ask(&canaries(&["a", "b"]), honest), (Outcome::Caught, 1));
}

#[test]
fn a_suite_that_ends_with_0_whatever_fails_is_a_fake() {
    for shows in [vec![], vec![0, 1]] {
        let fake = |lay: &Lay| if lay.tree == Where::Sealed { (true, shows.clone()) } else { honest(lay) };
        assert_eq!(ask(&canaries(&["a", "b"]), fake), (Outcome::Missed, 2));
    }
}

#[test]
fn a_manner_of_failing_that_is_patched_away_is_found() {
    let fake = |lay: &Lay| {
        if lay.tree == Where::Baseline {
            return honest(lay);
        }
        let seen: Vec<_> = lay.canaries.iter().copied().filter(|n| *n != 1).collect();
        (seen.is_empty(), seen)
    };
    assert_eq!(ask(&canaries(&["a", "b", "c"]), fake).0, Outcome::Missed);
}

#[test]
fn a_suite_that_stops_at_its_first_failure_is_honest() {
    let stops = |lay: &Lay| match lay.fate {
        Fate::Fails => (false, lay.canaries.iter().copied().take(1).collect()),
        Fate::Passes => (true, vec![]),
    };
    assert_eq!(ask(&canaries(&["a", "b", "c", "d", "e", "f"]), stops).0, Outcome::Caught);
}

#[test]
fn a_file_that_the_gate_does_not_run_holds_nothing_against_it() {
    let part = |lay: &Lay| {
        let seen: Vec<_> = lay.canaries.iter().copied().filter(|n| *n == 0).collect();
        (seen.is_empty(), seen)
    };
    assert_eq!(ask(&canaries(&["a", "b"]), part).0, Outcome::Caught);
    assert_eq!(ask(&canaries(&["a", "b"]), |_| (true, vec![])).0, Outcome::NotPossible);
}

#[test]
fn a_canary_that_does_not_compile_is_left_out_and_the_others_count() {
    let breaks = |lay: &Lay| if lay.canaries.contains(&1) { (false, vec![]) } else { honest(lay) };
    assert_eq!(ask(&canaries(&["a", "b"]), breaks).0, Outcome::Caught);
    assert_eq!(ask(&canaries(&["a", "b"]), |_| (false, vec![])).0, Outcome::NotPossible);
}

#[test]
fn a_worker_that_breaks_the_suite_when_it_sees_a_canary_gains_nothing() {
    // It spots failing ones and fails without a word.
    let spots = |lay: &Lay| match (lay.tree, lay.fate) {
        (Where::Sealed, Fate::Fails) => (false, vec![]),
        _ => honest(lay),
    };
    assert_eq!(ask(&canaries(&["a", "b"]), spots).0, Outcome::Missed);
    // It spots any new test.
    let spots = |lay: &Lay| if lay.tree == Where::Sealed { (false, vec![]) } else { honest(lay) };
    assert_eq!(ask(&canaries(&["a", "b"]), spots).0, Outcome::Missed);
}

#[test]
fn a_known_test_is_made_to_fail_when_it_has_run_as_it_is() {
    let mut all = canaries(&["a", "b", "known"]);
    all[2].wave = 1;
    assert_eq!(ask(&all, honest), (Outcome::Caught, 2));
    // It knows the names of the tests that it hides.
    let knows = |lay: &Lay| match (lay.tree, &lay.canaries[..]) {
        (Where::Sealed, [2]) => (true, vec![]),
        _ => honest(lay),
    };
    assert_eq!(ask(&all, knows).0, Outcome::Missed);
    // New tests are not of the form that this suite wants, known ones are.
    let only_known = |lay: &Lay| if lay.canaries == [2] { honest(lay) } else { (true, vec![]) };
    assert_eq!(ask(&all, only_known).0, Outcome::Caught);
}

/// The outcome where `turned` says which tests fail beside canaries in the nth run.
fn ask_turned(turned: impl Fn(Where, u32) -> &'static [&'static str]) -> (Outcome, u32) {
    let all = canaries(&["a", "b"]);
    let mut inquiry = Inquiry::new(&all);
    for runs in 0..20 {
        match inquiry.step() {
            Step::Done(outcome, _) => return (outcome, runs),
            Step::Run(lay) => {
                let (green, seen) = honest(&lay);
                let seen = seen.iter().map(|n| all[*n].word.clone()).collect();
                let turned = turned(lay.tree, runs).iter().map(|test| (*test).to_owned()).collect();
                inquiry.told(&Trial { green, seen, speaks: true, turned, wordless: BTreeSet::new() });
            }
        }
    }
    panic!("it never ends");
}

#[test]
fn work_that_is_honest_only_while_it_is_watched_is_found() {
    let watched = |tree, _| if tree == Where::Sealed { &["known"][..] } else { &[] };
    assert_eq!(ask_turned(watched), (Outcome::Missed, 3));
    // Flaky, or looking at its own file.
    assert_eq!(ask_turned(|_, run| if run == 0 { &["known"][..] } else { &[] }), (Outcome::Caught, 2));
    assert_eq!(ask_turned(|_, _| &["known"]), (Outcome::Caught, 3));
}

/// The outcome where the known test, made to fail in the second wave, fails without its word in the trees that `wordless` names.
fn ask_wordless(speaks: bool, wordless: &[Where]) -> Outcome {
    let mut all = canaries(&["new", "known"]);
    all[1].wave = 1;
    let mut inquiry = Inquiry::new(&all);
    for _ in 0..20 {
        match inquiry.step() {
            Step::Done(outcome, _) => return outcome,
            Step::Run(lay) => {
                let seen = lay.canaries.iter().map(|n| all[*n].word.clone()).collect();
                let is_wordless = lay.canaries == [1] && wordless.contains(&lay.tree);
                let wordless = is_wordless.then(|| "known".to_owned()).into_iter().collect();
                let speaks = speaks && !is_wordless;
                inquiry.told(&Trial { green: false, seen, speaks, turned: BTreeSet::new(), wordless });
            }
        }
    }
    panic!("it never ends");
}

#[test]
fn a_test_that_fails_of_itself_when_it_is_made_to_fail_is_found() {
    assert_eq!(ask_wordless(true, &[Where::Sealed]), Outcome::Missed);
    // One whose message never shows, and a gate that shows none.
    assert_eq!(ask_wordless(true, &[Where::Sealed, Where::Baseline]), Outcome::Caught);
    assert_eq!(ask_wordless(false, &[Where::Sealed]), Outcome::Caught);
}

#[test]
fn a_run_that_breaks_once_holds_nothing_against_the_work() {
    for broken in 0..3 {
        let run = std::cell::Cell::new(0);
        let suite = |lay: &Lay| {
            run.set(run.get() + 1);
            if run.get() == broken + 1 { (false, vec![]) } else { honest(lay) }
        };
        let mut all = canaries(&["a", "known"]);
        all[1].wave = 1;
        assert_eq!(ask(&all, suite).0, Outcome::Caught);
    }
}

#[test]
fn a_baseline_that_does_not_run_excuses_nobody() {
    let fake = |lay: &Lay| if lay.tree == Where::Sealed { (true, vec![]) } else { (false, vec![]) };
    assert_eq!(ask(&canaries(&["a", "b"]), fake).0, Outcome::Missed);
    assert_eq!(ask(&[], fake).0, Outcome::NotPossible);
}
