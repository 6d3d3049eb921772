//! Tokens and money.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Tokens, and money in millionths of a US dollar where it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read anew by the model.
    pub input_tokens: u64,
    /// Written by the model, reasoning included.
    pub output_tokens: u64,
    /// Read from the provider's cache; not in `input_tokens`.
    pub cached_tokens: u64,
    /// None where no price is known.
    pub micro_usd: Option<u64>,
}

impl Usage {
    /// The tokens that count against a budget: input and output. Cached ones don't.
    pub fn billable_tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.micro_usd = match (self.micro_usd, other.micro_usd) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
    }
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |mut total, one| {
            total += one;
            total
        })
    }
}
