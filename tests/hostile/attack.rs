//! One attack, in a process of its own: what it did to the host is then the process's own figures, and a host that crashed is
//! an exit status instead of a test run that is gone.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use goalpost_core::config::{Grants, Limits};
use goalpost_plugins::{Admitted, CallFailure, CodeCache, CompileLimits, Engine, Kind, Plugin, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::frame;
use crate::guest::{End, Guest};
use crate::house::{self, House};

/// Names the file with the job, in the environment of the process that does it.
pub(crate) const JOB: &str = "GOALPOST_TEST_HOSTILE";

/// What a process may take in all. An attack's own deadlines are far below.
const PATIENCE: Duration = Duration::from_secs(240);

/// Tries of an attack that is stopped by a clock: other work on the machine makes some of them late.
const TRIES: usize = 8;

/// How late after its deadline a guest may be stopped.
pub(crate) const LATE: Duration = Duration::from_millis(20);

/// What a process is told.
#[derive(Serialize, Deserialize)]
struct Job {
    component: PathBuf,
    neighbour: PathBuf,
    code: PathBuf,
    kind: String,
    grants: Grants,
    limits: Limits,
    compiling: (Duration, u64),
    timed: bool,
}

/// What came of an attack.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) ended: End,
    /// What the host says of it, what it logged, and what it answered.
    pub(crate) text: String,
    /// From load to answer.
    pub(crate) took: Duration,
    /// After the deadline, the best of all tries.
    pub(crate) late: Duration,
    /// What the host grew by, at most, in KiB.
    pub(crate) grown_kib: u64,
    /// How long a neighbour's call takes beside it: usually, and at most.
    pub(crate) neighbour: Duration,
    pub(crate) neighbour_slowest: Duration,
    /// The same without an attack.
    pub(crate) alone: Duration,
}

/// Runs the attack in a process.
pub(crate) fn in_a_process(guest: &Guest, bytes: &[u8], limits: &Limits, code: &Path) -> Result<Seen, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let at = |name: &str| folder.path().join(name);
    let job = Job {
        component: at("component"),
        neighbour: at("neighbour"),
        code: code.to_owned(),
        kind: guest.kind.world().to_owned(),
        grants: guest.grants.clone(),
        limits: limits.clone(),
        compiling: (guest.compiling.time, guest.compiling.memory),
        timed: guest.expects.is_timed(),
    };
    let good = frame::component(Kind::Evaluator, "(func $main (param i32) (result i32) (call $answer))", false)?;
    let write = |path: &Path, bytes: &[u8]| std::fs::write(path, bytes).map_err(|error| error.to_string());
    write(&job.component, bytes)?;
    write(&job.neighbour, &good)?;
    write(&at("job"), serde_json::to_string(&job).map_err(|error| error.to_string())?.as_bytes())?;

    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.env(JOB, at("job")).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.map(|mut stdout| stdout.read_to_string(&mut text));
        text
    });
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("the host hung for {PATIENCE:?}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = reader.join().unwrap_or_default();
    if !status.success() {
        return Err(format!("the host crashed: {status}"));
    }
    serde_json::from_str(&text).map_err(|error| format!("{error} in {text:?}"))
}

/// Does a job, and prints what was seen.
pub(crate) fn run(job: &Path) -> ExitCode {
    let job: Job = serde_json::from_slice(&std::fs::read(job).unwrap()).unwrap();
    let kind = Kind::ALL.into_iter().find(|kind| kind.world() == job.kind).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let seen = runtime.block_on(attack(&job, kind));
    println!("{}", serde_json::to_string(&seen).unwrap());
    ExitCode::SUCCESS
}

async fn attack(job: &Job, kind: Kind) -> Seen {
    let (time, memory) = job.compiling;
    let engine = Engine::new().unwrap().compiling_within(CompileLimits { time, memory });
    let code = Arc::new(CodeCache::open(&job.code).unwrap());
    let good = std::fs::read(&job.neighbour).unwrap();
    let neighbour = Plugin::load(&engine, Some(code), good, "neighbour", Kind::Evaluator).unwrap();
    let neighbour = neighbour.admit(&Grants::default(), &house::patient(), &Map::new()).await.unwrap();
    let mut alone = Calls::default();
    for _ in 0..20 {
        alone.ask(&neighbour).await;
    }
    let house = Arc::new(House::new(&job.grants));
    let bytes: Arc<[u8]> = std::fs::read(&job.component).unwrap().into();
    // Code of the guest is kept, so that a second try is late by what stopping it takes and by nothing else.
    let kept = tempfile::tempdir().unwrap();

    let before = forget_the_peak();
    let mut beside = Calls::default();
    let mut late = Duration::MAX;
    let begun = Instant::now();
    let mut last = None;
    for _ in 0..if job.timed { TRIES } else { 1 } {
        let code = Arc::new(CodeCache::open(kept.path().join("code")).unwrap());
        let (engine, bytes, house) = (engine.clone(), bytes.clone(), house.clone());
        let (grants, limits) = (job.grants.clone(), job.limits.clone());
        let call = tokio::spawn(async move {
            let plugin = tokio::task::spawn_blocking(move || Plugin::load(&engine, Some(code), bytes, "guest", kind));
            let plugin = match plugin.await.unwrap() {
                Ok(plugin) => plugin,
                Err(error) => return (End::NotLoaded, error.to_string(), Duration::ZERO),
            };
            let begun = Instant::now();
            let admitted = match plugin.admit(&grants, &limits, &Map::new()).await {
                Ok(admitted) => admitted,
                Err(error) => {
                    let silent = |problem: &Problem| matches!(problem, Problem::Undescribed(why) if why.contains("did not answer"));
                    let end =
                        if error.problems.iter().any(silent) { End::TimedOutDescribing } else { End::NotAdmitted };
                    return (end, error.to_string(), begun.elapsed());
                }
            };
            let begun = Instant::now();
            let (end, text) = house.call(&admitted).await;
            (end, text, begun.elapsed())
        });
        while !call.is_finished() || beside.0.len() < 5 {
            beside.ask(&neighbour).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (end, text, took) = call.await.unwrap();
        late = late.min(took.saturating_sub(job.limits.timeout));
        last = Some((end, text));
        if late <= LATE {
            break;
        }
    }
    let (ended, text) = last.unwrap();
    Seen {
        ended,
        text: format!("{text}{}", house.seen()),
        took: begun.elapsed(),
        late,
        grown_kib: peak_kib().saturating_sub(before),
        neighbour: beside.usual(),
        neighbour_slowest: beside.slowest(),
        alone: alone.usual(),
    }
}

/// How long calls of a neighbour took.
#[derive(Default)]
struct Calls(Vec<Duration>);

impl Calls {
    async fn ask(&mut self, neighbour: &Admitted) {
        let begun = Instant::now();
        let (end, text) = House::default().call(neighbour).await;
        assert_eq!(end, End::Answers, "the neighbour: {text}");
        self.0.push(begun.elapsed());
    }

    fn usual(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[sorted.len() / 2]
    }

    fn slowest(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }
}

/// How a call that broke ended.
pub(crate) fn end_of(failure: &CallFailure) -> End {
    match failure {
        CallFailure::TimedOut(_) => End::TimedOut,
        CallFailure::Trapped(_) => End::Trapped,
        CallFailure::HostCalls(_) => End::HostCalls,
        CallFailure::Memory(_) => End::Memory,
        CallFailure::TooLarge(_) => End::TooLarge,
        CallFailure::Malformed(_) => End::Malformed,
        CallFailure::Refused(_) => End::Answers,
        other => panic!("no guest can bring about: {other}"),
    }
}

/// Begins a new measurement of the peak; gives what is resident now, in KiB.
fn forget_the_peak() -> u64 {
    // 5 resets the peak (proc_pid_clear_refs(5)). Where it can't be reset, growth is measured from the old one.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    peak_kib()
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
