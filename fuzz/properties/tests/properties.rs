//! Every property, over its seeds and over mutations of them: quick enough for every run of the tests. A mutation that breaks
//! one is made as small as it can be before it is shown.

use std::path::Path;

use goalpost_properties::{TARGETS, Target};
use libtest_mimic::{Arguments, Failed, Trial};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

/// Mutated inputs of each property, the same in every run. More, and others each time, with `PROPTEST_CASES`.
const CASES: u32 = 500;

/// Longer seeds take longer to check than a test may: a fuzzer has the time for them.
const LONGEST: usize = 64 << 10;

fn main() {
    let mut trials: Vec<_> = TARGETS.iter().map(|target| Trial::test(target.name, || run(target))).collect();
    trials.push(Trial::test("every_property_has_a_fuzz_target", targets));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(target: &'static Target) -> Result<(), Failed> {
    let seeds: Vec<Vec<u8>> = (target.seeds)();
    if seeds.is_empty() || seeds.iter().all(Vec::is_empty) {
        return Err("it has no seeds".into());
    }
    seeds.iter().for_each(|seed| (target.check)(seed));

    let seeds: Vec<_> = seeds.into_iter().filter(|seed| seed.len() <= LONGEST).collect();
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config { cases: asked.unwrap_or(CASES), failure_persistence: None, ..Config::default() };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        // The same each time: a change is not held up by what it has not to do with.
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let inputs = (any::<Index>(), prop::collection::vec(step(target.words), 1..6));
    let outcome = runner.run(&inputs, |(seed, steps)| {
        let input = steps.iter().fold(seed.get(&seeds).clone(), |input, step| step.apply(input, &seeds));
        (target.check)(&input);
        Ok(())
    });
    match outcome {
        Err(TestError::Fail(why, (seed, steps))) => {
            let input = steps.iter().fold(seed.get(&seeds).clone(), |input, step| step.apply(input, &seeds));
            Err(format!("{why}\nwith {steps:?}, of the input\n{}", input.escape_ascii()).into())
        }
        other => other.map_err(|error| error.to_string().into()),
    }
}

fn targets() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))?;
    for Target { name, .. } in TARGETS {
        let target = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs")))?;
        if !target.contains(&format!("goalpost_properties::{name}::check"))
            || !manifest.contains(&format!("name = \"{name}\""))
        {
            return Err(format!("`{name}` is no target of the fuzzer").into());
        }
    }
    let files = std::fs::read_dir(folder.join("fuzz_targets"))?.count();
    if files == TARGETS.len() { Ok(()) } else { Err(format!("{files} targets, {} properties", TARGETS.len()).into()) }
}

/// A change of an input.
#[derive(Debug, Clone)]
enum Step {
    Put(Index, u8),
    Insert(Index, &'static str),
    Remove(Index, usize),
    Double(Index, usize),
    CutAt(Index),
    Splice(Index, Index, Index),
}

fn step(words: &'static [&'static str]) -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => any::<(Index, u8)>().prop_map(|(at, byte)| Step::Put(at, byte)),
        4 => (any::<Index>(), prop::sample::select(words)).prop_map(|(at, word)| Step::Insert(at, word)),
        2 => (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Step::Remove(at, length)),
        2 => (any::<Index>(), 1_usize..200).prop_map(|(at, length)| Step::Double(at, length)),
        1 => any::<Index>().prop_map(Step::CutAt),
        1 => any::<(Index, Index, Index)>().prop_map(|(at, seed, from)| Step::Splice(at, seed, from)),
    ]
}

impl Step {
    fn apply(&self, mut input: Vec<u8>, seeds: &[Vec<u8>]) -> Vec<u8> {
        let place = |at: &Index, length: usize| at.index(length + 1);
        match self {
            Self::Put(at, byte) => {
                let at = place(at, input.len());
                match input.get_mut(at) {
                    Some(old) => *old = *byte,
                    None => input.push(*byte),
                }
            }
            Self::Insert(at, word) => {
                let at = place(at, input.len());
                input.splice(at..at, word.bytes());
            }
            Self::Remove(at, length) => {
                let at = place(at, input.len());
                input.drain(at..input.len().min(at + length));
            }
            Self::Double(at, length) => {
                let at = place(at, input.len());
                let piece = input[at..input.len().min(at + length)].to_vec();
                input.splice(at..at, piece);
            }
            Self::CutAt(at) => input.truncate(place(at, input.len())),
            Self::Splice(at, seed, from) => {
                let (at, other) = (place(at, input.len()), seed.get(seeds));
                input.truncate(at);
                input.extend(&other[place(from, other.len())..]);
            }
        }
        input
    }
}
