//! How much a goal has spent of what it may.

use crate::config::TokenBudget;
use crate::usage::Usage;

/// The token budget of a goal: the worker's and the plugins' usage together.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    total: Option<u64>,
    warning: Option<u64>,
    usage: Usage,
    warned: bool,
}

impl Budget {
    /// A budget that nothing was spent of. `warning` is the share, 0 to 1, at which the user is warned.
    pub fn new(total: TokenBudget, warning: f64) -> Self {
        Self::restored(total, warning, Usage::default(), false)
    }

    /// A budget as it was stored: what was spent, and whether the warning was given.
    pub fn restored(total: TokenBudget, warning: f64, usage: Usage, warned: bool) -> Self {
        let total = match total {
            TokenBudget::Tokens(tokens) => Some(tokens),
            TokenBudget::Unlimited => None,
        };
        // Not a number warns as late as possible rather than never.
        let share = if warning.is_nan() { 1.0 } else { warning.clamp(0.0, 1.0) };
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let warning = total.map(|total| ((total as f64 * share).ceil() as u64).min(total));
        Self { total, warning, usage, warned }
    }

    /// Adds what a worker or a plugin used.
    pub fn spend(&mut self, usage: &Usage) {
        self.usage += *usage;
    }

    /// Tokens that count, over all turns.
    pub fn spent(&self) -> u64 {
        self.usage.billable_tokens()
    }

    /// Everything that was used, cached tokens and money included.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Tokens in all; none without a limit.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Tokens left; none without a limit.
    pub fn remaining(&self) -> Option<u64> {
        self.total.map(|total| total.saturating_sub(self.spent()))
    }

    /// Whether nothing is left.
    pub fn exhausted(&self) -> bool {
        self.would_exceed(0)
    }

    /// Whether a turn that has used `turn_tokens` so far, not yet spent here, leaves nothing: it is to be ended now.
    pub fn would_exceed(&self, turn_tokens: u64) -> bool {
        self.total.is_some_and(|total| self.spent().saturating_add(turn_tokens) >= total)
    }

    /// True once: the first time it is asked after the warning share was reached. Store [`Self::warned`] with the spending.
    pub fn crosses_warning(&mut self) -> bool {
        let crosses = !self.warned && self.warning.is_some_and(|at| self.spent() >= at);
        self.warned |= crosses;
        crosses
    }

    /// Whether the warning was given.
    pub fn warned(&self) -> bool {
        self.warned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(input: u64, output: u64) -> Usage {
        Usage { input_tokens: input, output_tokens: output, cached_tokens: 1_000_000, micro_usd: None }
    }

    #[test]
    fn input_and_output_count_and_cached_tokens_do_not() {
        let mut budget = Budget::new(TokenBudget::Tokens(1000), 0.8);
        budget.spend(&tokens(300, 200));
        assert_eq!((budget.spent(), budget.remaining(), budget.exhausted()), (500, Some(500), false));
        budget.spend(&tokens(499, 1));
        assert_eq!((budget.remaining(), budget.exhausted()), (Some(0), true));
        budget.spend(&tokens(1, 0));
        assert_eq!(budget.remaining(), Some(0));
    }

    #[test]
    fn the_warning_comes_once_and_not_again_after_a_restart() {
        let mut budget = Budget::new(TokenBudget::Tokens(1000), 0.8);
        budget.spend(&tokens(799, 0));
        assert!(!budget.crosses_warning());
        budget.spend(&tokens(1, 0));
        assert!(budget.crosses_warning());
        assert!(!budget.crosses_warning());
        let mut again = Budget::restored(TokenBudget::Tokens(1000), 0.8, budget.usage(), budget.warned());
        again.spend(&tokens(100, 0));
        assert!(!again.crosses_warning());
    }

    #[test]
    fn a_running_turn_is_ended_when_it_would_reach_the_limit() {
        let mut budget = Budget::new(TokenBudget::Tokens(1000), 0.8);
        budget.spend(&tokens(600, 0));
        assert!(!budget.would_exceed(399));
        assert!(budget.would_exceed(400));
        assert!(budget.would_exceed(u64::MAX));
    }

    #[test]
    fn without_a_limit_nothing_ends_or_warns() {
        let mut budget = Budget::new(TokenBudget::Unlimited, 0.8);
        budget.spend(&tokens(u64::MAX, u64::MAX));
        assert!(!budget.exhausted() && !budget.would_exceed(u64::MAX) && !budget.crosses_warning());
        assert_eq!((budget.remaining(), budget.spent()), (None, u64::MAX));
    }

    #[test]
    fn a_share_that_is_no_number_warns_at_the_end() {
        let mut budget = Budget::new(TokenBudget::Tokens(1000), f64::NAN);
        budget.spend(&tokens(999, 0));
        assert!(!budget.crosses_warning());
        budget.spend(&tokens(1, 0));
        assert!(budget.crosses_warning());
    }

    proptest! {
        #[test]
        fn spending_only_ever_lowers_what_is_left(total in 1000u64.., spends in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..20)) {
            let mut budget = Budget::new(TokenBudget::Tokens(total), 0.8);
            let mut warnings = 0;
            for (input, output) in spends {
                let before = budget.remaining();
                budget.spend(&tokens(input, output));
                prop_assert!(budget.remaining() <= before);
                prop_assert_eq!(budget.exhausted(), budget.remaining() == Some(0));
                warnings += u32::from(budget.crosses_warning());
                prop_assert_eq!(budget.warned(), warnings == 1);
            }
        }
    }
}
