//! What a call learns of the outside world beside its capabilities: the time, and random numbers.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use goalpost_core::ids::Digest;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// Tells a guest the time.
pub trait Clock: Send + Sync {
    /// Since 1970-01-01 UTC.
    fn wall(&self) -> Duration;

    /// Nanoseconds since some moment before the call; never less than it said before.
    fn monotonic(&self) -> u64;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> Duration {
        // A machine whose clock is before 1970 tells no time at all.
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn monotonic(&self) -> u64 {
        // Never 0, which Go's runtime takes for a clock that does not work.
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
    }
}

/// A clock that stands still: for what must not depend on the time.
#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn wall(&self) -> Duration {
        // 2000-01-01: programs that check certificates or licences find it plausible.
        Duration::from_secs(946_684_800)
    }

    fn monotonic(&self) -> u64 {
        // Go's runtime takes 0 for a clock that does not work, and ends.
        1_000_000_000
    }
}

/// The outside world of one call. The same seed and the same readings of the clock give the same call again.
#[derive(Clone)]
pub struct Outside {
    /// Asked whenever the guest asks.
    pub clock: Arc<dyn Clock>,
    /// All of the guest's random numbers follow from it.
    pub seed: [u8; 32],
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

impl Outside {
    /// The machine's time, and a fresh seed.
    ///
    /// # Errors
    /// The kernel gives no random numbers.
    pub fn fresh() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self { clock: Arc::new(SystemClock::default()), seed })
    }

    /// No time passes and nothing is random: what is asked here has one answer for ever.
    pub fn none() -> Self {
        Self { clock: Arc::new(Stopped), seed: [0; 32] }
    }

    pub(super) fn wall_clock(&self) -> impl HostWallClock + use<> {
        Wall(self.clock.clone())
    }

    pub(super) fn monotonic_clock(&self) -> impl HostMonotonicClock + use<> {
        Monotonic(self.clock.clone())
    }

    /// The random numbers of one interface.
    pub(super) fn random(&self, stream: u64) -> ChaCha20Rng {
        let mut random = ChaCha20Rng::from_seed(self.seed);
        random.set_stream(stream);
        random
    }

    /// A number for one purpose. Nothing that a plugin learns of the seed tells it, and a repeated call has it again.
    pub(crate) fn number(&self, purpose: &str) -> u128 {
        let digest = Digest::of([&self.seed[..], purpose.as_bytes()].concat());
        u128::from_str_radix(&digest.as_str()[..32], 16).unwrap_or_default()
    }
}

struct Wall(Arc<dyn Clock>);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0.wall()
    }
}

struct Monotonic(Arc<dyn Clock>);

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0.monotonic()
    }
}
