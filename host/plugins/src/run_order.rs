//! What a workflow sees of the order in which its agents end.
//!
//! Their answers can be kept, but which of two came first is decided by the moment alone. So a recording keeps what the
//! workflow was told of it, and a replay tells it that again.

/// Told of, or telling, which of a call's runs ended first. Runs are numbered from 1, as they were spawned.
pub trait RunOrder: Send + Sync {
    /// What a workflow is told that asks whether `run` is done. `now` is what is true.
    fn done(&self, run: u32, now: bool) -> bool;

    /// Before it waits for the first of `runs`: the place in `runs` of the one it has to be told of; none for whichever
    /// ends first.
    fn foreseen(&self, runs: &[u32]) -> Option<u32>;

    /// It was told of the one at `place` in `runs`.
    fn first(&self, runs: &[u32], place: u32);
}
