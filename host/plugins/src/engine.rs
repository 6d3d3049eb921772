//! The WebAssembly engine: one a process, shared by every plugin.
//!
//! A guest's code checks a counter, the epoch, at every loop and call. A thread moves the counter on every
//! [`TICK`] for as long as any call runs; a call looks at its clock whenever the counter has moved, so a guest that never
//! returns is stopped one tick after its deadline at the latest, and lets others run in between.

use std::hash::{Hash as _, Hasher};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use goalpost_core::ids::Digest;
use sha2::Digest as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::compile::CompileLimits;

/// How often running guests look at their clock.
pub const TICK: Duration = Duration::from_millis(10);

/// Calls that may run at the same time. More wait for their turn, before their clocks start.
pub const CONCURRENT_CALLS: u32 = 24;

/// Core instances, tables and memories in one component. The largest tool chain measured (Python) uses a third of them.
pub(crate) const INSTANCES_PER_COMPONENT: u32 = 64;
pub(crate) const TABLES_PER_COMPONENT: u32 = 64;
pub(crate) const MEMORIES_PER_COMPONENT: u32 = 8;

/// What one core instance may need beside its memories and tables: mostly its globals and function references.
const INSTANCE_BYTES: usize = 4 << 20;

/// Bytes of a memory or a table that stay with their slot from one call to the next.
const RESIDENT_BYTES: usize = 128 << 10;

/// With less address space than this, memory is taken when it is needed instead of reserved in advance.
const ROOMY_ADDRESS_SPACE: u64 = 4 << 40;

/// The engine could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the WebAssembly engine can't start on this machine: {0}")]
pub struct EngineError(String);

/// How guests' memory is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Slots for [`CONCURRENT_CALLS`] are reserved in advance: address space only, no memory. The fastest.
    Pooled,
    /// 4 GiB of address space a linear memory, reserved when it is made.
    OnDemand,
    /// Next to nothing is reserved: works where the address space is limited (`ulimit -v`), at the price of bounds checks
    /// in guests' code.
    Small,
}

impl Layout {
    /// Every layout, the best first.
    pub(crate) const ALL: [Self; 3] = [Self::Pooled, Self::OnDemand, Self::Small];

    /// What the compiler is told: code is made for a layout.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pooled => "pooled",
            Self::OnDemand => "on-demand",
            Self::Small => "small",
        }
    }
}

/// Compiles and runs plugins. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    inner: wasmtime::Engine,
    layout: Layout,
    compatibility: Arc<Digest>,
    ticker: Arc<Ticker>,
    slots: Arc<Semaphore>,
    compiling: CompileLimits,
}

impl Engine {
    /// An engine with the best layout that this machine allows.
    ///
    /// # Errors
    /// The processor is one that guests can't be compiled for, or no thread can be started.
    pub fn new() -> Result<Self, EngineError> {
        let limited = rustix::process::getrlimit(rustix::process::Resource::As).current;
        if limited.is_some_and(|bytes| bytes < ROOMY_ADDRESS_SPACE) {
            return Self::with_layout(Layout::Small);
        }
        Self::with_layout(Layout::Pooled)
            .or_else(|_| Self::with_layout(Layout::OnDemand))
            .or_else(|_| Self::with_layout(Layout::Small))
    }

    /// An engine with this layout.
    ///
    /// # Errors
    /// As [`Engine::new`], or the layout needs more address space than there is.
    pub fn with_layout(layout: Layout) -> Result<Self, EngineError> {
        let inner = wasmtime::Engine::new(&config(layout)).map_err(|error| EngineError(format!("{error:#}")))?;
        let mut hasher = Sha256Hasher(sha2::Sha256::new());
        inner.precompile_compatibility_hash().hash(&mut hasher);
        let compatibility = Digest::of(hasher.0.finalize());
        let ticker = Ticker::start(inner.weak()).map_err(|error| EngineError(error.to_string()))?;
        Ok(Self {
            inner,
            layout,
            compatibility: Arc::new(compatibility),
            ticker: Arc::new(ticker),
            slots: Arc::new(Semaphore::new(CONCURRENT_CALLS as usize)),
            compiling: CompileLimits::default(),
        })
    }

    /// Gives the compiler other limits. They hold where it is a process of its own: see [`run_if_compiler`].
    ///
    /// [`run_if_compiler`]: crate::run_if_compiler
    #[must_use]
    pub fn compiling_within(self, limits: CompileLimits) -> Self {
        Self { compiling: limits, ..self }
    }

    pub(crate) fn compiling(&self) -> CompileLimits {
        self.compiling
    }

    /// The layout that was reached.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Names everything that compiled code depends on beside the component: version, settings and processor.
    pub fn compatibility(&self) -> &Digest {
        &self.compatibility
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner
    }

    /// The right to run one call; waits for a place.
    pub(crate) async fn enter(&self) -> Running {
        // The semaphore is never closed.
        let permit = self.slots.clone().acquire_owned().await.ok();
        self.ticker.shared.lock().calls += 1;
        self.ticker.shared.changed.notify_one();
        Running { shared: self.ticker.shared.clone(), _permit: permit }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// How guests are compiled and laid out.
pub(crate) fn config(layout: Layout) -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    config.epoch_interruption(true);
    config.cranelift_opt_level(OptLevel::Speed);

    // The same answer on every machine and in every replay. (Threads need a feature of wasmtime's that is not built in.)
    config.relaxed_simd_deterministic(true);
    config.cranelift_nan_canonicalization(true);

    // What no tool chain for components makes is surface for nothing.
    config.wasm_memory64(false);

    // Interpreters written in C recurse deeply. The rest of the stack is for host functions.
    config.max_wasm_stack(1 << 20);
    config.async_stack_size(3 << 20);

    // The text of a trap carries names from the guest: addresses of host code are of no use to its author.
    config.generate_address_map(false);

    match layout {
        Layout::Pooled => {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
        }
        Layout::OnDemand => {}
        Layout::Small => {
            config.memory_reservation(0);
            config.memory_guard_size(64 << 10);
            config.memory_reservation_for_growth(8 << 20);
            config.memory_may_move(true);
            config.guard_before_linear_memory(false);
        }
    }
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(CONCURRENT_CALLS);
    pool.total_stacks(CONCURRENT_CALLS);
    pool.total_core_instances(CONCURRENT_CALLS * INSTANCES_PER_COMPONENT);
    pool.total_memories(CONCURRENT_CALLS * MEMORIES_PER_COMPONENT);
    pool.total_tables(CONCURRENT_CALLS * TABLES_PER_COMPONENT);
    pool.max_core_instances_per_component(INSTANCES_PER_COMPONENT);
    pool.max_memories_per_component(MEMORIES_PER_COMPONENT);
    pool.max_tables_per_component(TABLES_PER_COMPONENT);
    pool.max_memories_per_module(MEMORIES_PER_COMPONENT);
    pool.max_tables_per_module(TABLES_PER_COMPONENT);
    // CPython's table of functions has some 10,000 elements.
    pool.table_elements(64 << 10);
    pool.max_core_instance_size(INSTANCE_BYTES);
    pool.max_component_instance_size(INSTANCE_BYTES);
    // What a call wrote is overwritten rather than given back to the kernel and asked for again, page by page.
    pool.linear_memory_keep_resident(RESIDENT_BYTES);
    pool.table_keep_resident(RESIDENT_BYTES);
    pool.pagemap_scan(Enabled::Auto);
    pool
}

/// Moves the epoch on while calls run, and sleeps in the kernel while none does.
struct Ticker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<Calls>,
    changed: Condvar,
}

#[derive(Default)]
struct Calls {
    calls: usize,
    stopped: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Calls> {
        // Two counters without an invariant between them: a panic elsewhere can't leave them half-written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticker {
    fn start(engine: wasmtime::EngineWeak) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let seen = shared.clone();
        std::thread::Builder::new().name("plugin-epoch".into()).spawn(move || {
            loop {
                let mut state = seen.lock();
                while state.calls == 0 && !state.stopped {
                    state = seen.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                if state.stopped {
                    return;
                }
                drop(state);
                std::thread::sleep(TICK);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })?;
        Ok(Self { shared })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_one();
    }
}

/// A call that runs: the epoch moves for as long as this is held.
pub(crate) struct Running {
    shared: Arc<Shared>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.lock().calls -= 1;
    }
}

/// Feeds what implements `Hash` into SHA-256: a collision would load code made for another engine.
struct Sha256Hasher(sha2::Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
