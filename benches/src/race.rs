//! Contenders measured side by side.
//!
//! A benchmark that runs one contender after the other compares the machine of now with the machine of a minute ago. Here
//! each round gives every contender a few milliseconds, in an order that turns from round to round, and a ratio is the
//! median of the ratios within the rounds: what slows the machine down for a while slows them all.

use std::time::{Duration, Instant};

use anyhow::Result;

/// What a contender gets in each round.
const SLICE: Duration = Duration::from_millis(4);

/// Makes this many judgements.
type Judge<'a> = Box<dyn FnMut(u32) -> Result<()> + 'a>;

/// One way to have the judgement made.
pub struct Contender<'a> {
    name: String,
    judge: Judge<'a>,
}

impl<'a> Contender<'a> {
    pub fn new(name: impl Into<String>, judge: impl FnMut(u32) -> Result<()> + 'a) -> Self {
        Self { name: name.into(), judge: Box::new(judge) }
    }
}

/// What came of one contender.
#[derive(Debug, Clone)]
pub struct Lane {
    pub name: String,
    /// Microseconds a judgement, one of each round.
    pub micros: Vec<f64>,
}

/// Runs the contenders for so many rounds.
pub fn race(mut contenders: Vec<Contender<'_>>, rounds: usize) -> Result<Vec<Lane>> {
    let mut lanes = Vec::new();
    let mut batches = Vec::new();
    for contender in &mut contenders {
        // Caches and branch predictors are warm afterwards.
        let warm = 5;
        let start = Instant::now();
        (contender.judge)(warm)?;
        let one = start.elapsed() / warm;
        batches.push((SLICE.as_nanos() / one.as_nanos().max(1)).clamp(1, 1000) as u32);
        lanes.push(Lane { name: contender.name.clone(), micros: Vec::with_capacity(rounds) });
    }
    for round in 0..rounds {
        for place in 0..contenders.len() {
            let who = (place + round) % contenders.len();
            let start = Instant::now();
            (contenders[who].judge)(batches[who])?;
            lanes[who].micros.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(batches[who]));
        }
    }
    Ok(lanes)
}

impl Lane {
    /// The middle judgement.
    pub fn median(&self) -> f64 {
        quantile(self.micros.clone(), 0.5)
    }

    /// Nine of ten rounds were slower: what it costs when nothing else runs.
    pub fn quiet(&self) -> f64 {
        quantile(self.micros.clone(), 0.1)
    }

    /// The middle of the ratios to `base` within the rounds.
    pub fn ratio(&self, base: &Self) -> f64 {
        quantile(self.micros.iter().zip(&base.micros).map(|(own, base)| own / base).collect(), 0.5)
    }
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len().saturating_sub(1) as f64 * part) as usize).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_machine_changes_no_ratio() {
        let base = Lane { name: "base".into(), micros: vec![10.0, 10.0, 100.0] };
        let twice = Lane { name: "twice".into(), micros: vec![20.0, 20.0, 200.0] };
        assert_eq!(twice.ratio(&base), 2.0);
        assert_eq!(base.median(), 10.0);
    }

    #[test]
    fn everyone_runs_in_every_round() -> Result<()> {
        let mut calls = [0, 0];
        let [a, b] = &mut calls;
        let count = |n: &mut u32| {
            *n += 1;
            Ok(())
        };
        let lanes = race(vec![Contender::new("a", |_| count(a)), Contender::new("b", |_| count(b))], 7)?;
        assert_eq!(lanes.iter().map(|lane| lane.micros.len()).collect::<Vec<_>>(), [7, 7]);
        assert_eq!(calls, [8, 8]);
        Ok(())
    }
}
