//! The workspace lock between real processes.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use goalpost_core::ids::GoalId;
use goalpost_workspace::lock::{LockError, Owner, Wait, WorkspaceLock, peek};

/// A workspace and the place of its owner record.
struct Place {
    _dir: tempfile::TempDir,
    root: PathBuf,
    record: PathBuf,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let base = dir.path().canonicalize().unwrap();
    fs::create_dir(base.join("workspace")).unwrap();
    Place { root: base.join("workspace"), record: base.join("state/owner.json"), _dir: dir }
}

fn owner(goal: &str) -> Owner {
    Owner::current(goal.parse::<GoalId>().unwrap())
}

fn try_acquire(place: &Place) -> Result<WorkspaceLock, LockError> {
    WorkspaceLock::acquire(&place.root, &place.record, &owner("g1"), Wait::No)
}

/// Another process that does what [`child_process`] says; it is killed at the end.
struct Other(Child);

impl Other {
    fn start(what: &str, place: &Place) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_process", "--ignored", "--nocapture", "--quiet"])
            .env("WHAT", what)
            .env("ROOT", &place.root)
            .env("RECORD", &place.record)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Waits until it says that it has the lock.
    fn holding(what: &str, place: &Place) -> Self {
        let mut other = Self::start(what, place);
        let lines = BufReader::new(other.0.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|l| l.ends_with("locked")), "the other process did not get the lock");
        other
    }

    fn kill(&mut self) -> Option<i32> {
        let _ = self.0.kill();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Not a test: what the other process runs.
#[test]
#[ignore = "run by the tests in a process of its own"]
#[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
fn child_process() {
    let root = PathBuf::from(std::env::var_os("ROOT").unwrap());
    let record = PathBuf::from(std::env::var_os("RECORD").unwrap());
    let what = std::env::var("WHAT").unwrap();
    match what.as_str() {
        "contend" => contend(&root, &record),
        "wait" => wait_once(&root, &record),
        _ => {}
    }
    let _lock = WorkspaceLock::acquire(&root, &record, &owner("g-other"), Wait::No).unwrap();
    if what == "with-child" {
        Command::new("sleep").arg("5").stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    }
    println!("locked");
    std::thread::sleep(Duration::from_secs(20));
}

/// Takes and frees the lock for ever. Inside, three things tell whether somebody else is there too: a POSIX record lock,
/// which the kernel frees earlier in the death of a process than `flock`; a number that only the owner raises; and a journal
/// of who came and went. Ends with code 42 when they do.
fn contend(root: &Path, record: &Path) -> ! {
    let open = |name: &str| {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).open(record.with_extension(name)).unwrap()
    };
    let (oracle, number) = (open("oracle"), open("number"));
    let mut journal = OpenOptions::new().create(true).append(true).open(record.with_extension("journal")).unwrap();
    let me = std::process::id();
    loop {
        let lock = WorkspaceLock::acquire(root, record, &owner("g-many"), Wait::Queue { on_wait: &|_| {} }).unwrap();
        if rustix::fs::fcntl_lock(&oracle, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
            std::process::exit(42);
        }
        let read = || {
            let mut bytes = [0; 8];
            let _ = number.read_at(&mut bytes, 0).unwrap();
            u64::from_le_bytes(bytes)
        };
        let mine = read() + 1;
        number.write_all_at(&mine.to_le_bytes(), 0).unwrap();
        // One write each, so that no line is torn by a death.
        journal.write_all(format!("{mine} {me} in\n").as_bytes()).unwrap();
        std::thread::sleep(Duration::from_micros(mine % 200));
        // The owner is alive, so nobody came after it.
        if read() != mine || peek(root, record).is_some_and(|o| o.pid != me) {
            std::process::exit(42);
        }
        journal.write_all(format!("{mine} {me} out\n").as_bytes()).unwrap();
        rustix::fs::fcntl_lock(&oracle, rustix::fs::FlockOperation::Unlock).unwrap();
        drop(lock);
    }
}

/// Waits for the lock once, and says when it had it.
fn wait_once(root: &Path, record: &Path) -> ! {
    let sleeping = |_| println!("waits");
    let lock = WorkspaceLock::acquire(root, record, &owner("g-many"), Wait::Queue { on_wait: &sleeping }).unwrap();
    println!("has it at {}", now());
    drop(lock);
    std::process::exit(0);
}

/// Times that any thread of a process went to sleep by itself.
fn wake_ups(pid: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let of_thread = |status: String| {
        let count =
            status.lines().find_map(|l| l.strip_prefix("voluntary_ctxt_switches:")).unwrap().trim().parse::<u64>();
        count.unwrap()
    };
    threads.map(|t| of_thread(fs::read_to_string(t.unwrap().path().join("status")).unwrap())).sum()
}

/// Nanoseconds on a clock that all processes share.
fn now() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()
}

#[test]
fn a_live_owner_is_never_robbed_and_is_named() {
    let place = place();
    let other = Other::holding("hold", &place);
    for _ in 0..20 {
        match try_acquire(&place) {
            Err(LockError::Busy { owner: Some(owner), .. }) => {
                assert_eq!((owner.pid, owner.goal.as_str()), (other.0.id(), "g-other"));
                assert!(owner.is_alive());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(peek(&place.root, &place.record).map(|o| o.pid), Some(other.0.id()));
    let text = try_acquire(&place).unwrap_err().to_string();
    assert!(text.contains("g-other") && text.contains(&other.0.id().to_string()), "{text}");
}

#[test]
fn a_killed_owner_frees_the_workspace_at_once_and_its_record_names_nobody() {
    let place = place();
    let mut other = Other::holding("hold", &place);
    other.kill();
    assert!(place.record.exists(), "it had no chance to remove its record");
    assert_eq!(peek(&place.root, &place.record), None);
    let lock = try_acquire(&place).unwrap();
    assert_eq!(peek(&place.root, &place.record).map(|o| o.pid), Some(std::process::id()));
    drop(lock);
    assert!(!place.record.exists());
}

#[test]
fn a_child_of_the_owner_does_not_keep_the_lock() {
    let place = place();
    let mut other = Other::holding("with-child", &place);
    other.kill();
    try_acquire(&place).unwrap();
}

#[test]
fn every_way_to_the_same_folder_shares_one_lock() {
    let place = place();
    fs::create_dir(place.root.join("sub")).unwrap();
    let link = place.root.with_file_name("link");
    std::os::unix::fs::symlink(&place.root, &link).unwrap();
    let _lock = try_acquire(&place).unwrap();
    let slash = PathBuf::from(format!("{}/", place.root.display()));
    for way in [
        link,
        slash,
        place.root.join("sub/.."),
        place.root.join("sub").canonicalize().unwrap().parent().unwrap().into(),
    ] {
        let again = WorkspaceLock::acquire(&way, &place.record, &owner("g2"), Wait::No);
        assert!(matches!(again, Err(LockError::Busy { .. })), "{}: {again:?}", way.display());
    }
}

#[test]
fn a_waiter_is_told_once_who_it_waits_for_and_gets_the_lock_on_release() {
    let place = place();
    let lock = try_acquire(&place).unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::scope(|s| {
        let waiter = s.spawn(|| {
            let on_wait = move |owner: Option<Owner>| send.send(owner.unwrap().goal.to_string()).unwrap();
            WorkspaceLock::acquire(&place.root, &place.record, &owner("g2"), Wait::Queue { on_wait: &on_wait }).unwrap()
        });
        assert_eq!(receive.recv().unwrap(), "g1");
        drop(lock);
        let second = waiter.join().unwrap();
        assert!(receive.try_recv().is_err());
        assert_eq!(peek(&place.root, &place.record).unwrap().goal.as_str(), "g2");
        drop(second);
    });
}

#[tokio::test]
async fn a_wait_that_is_given_up_does_not_keep_the_lock_later() {
    let place = place();
    let lock = try_acquire(&place).unwrap();
    let wait = WorkspaceLock::acquire_async(place.root.clone(), place.record.clone(), owner("g2"), |_| {});
    assert!(tokio::time::timeout(Duration::from_millis(100), wait).await.is_err());
    drop(lock);
    let start = Instant::now();
    // The abandoned thread may have the lock for a moment.
    while try_acquire(&place).is_err() {
        assert!(start.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_lease_keeps_the_workspace_until_it_is_closed() {
    let place = place();
    let lock = try_acquire(&place).unwrap();
    let lease = lock.lease().unwrap();
    drop(lock);
    assert!(matches!(try_acquire(&place), Err(LockError::Busy { .. })));
    drop(lease);
    try_acquire(&place).unwrap();
}

#[test]
fn looking_at_a_lock_never_makes_it_seem_busy() {
    let place = place();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|s| {
        s.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                peek(&place.root, &place.record);
            }
        });
        let results: Vec<_> = (0..200).map(|_| try_acquire(&place).map(drop)).collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        for result in results {
            result.unwrap();
        }
    });
}

#[test]
fn a_folder_that_was_replaced_while_we_waited_is_not_the_one_we_own() {
    let place = place();
    let lock = try_acquire(&place).unwrap();
    std::thread::scope(|s| {
        let (send, receive) = std::sync::mpsc::channel();
        let place = &place;
        let waiter = s.spawn(move || {
            let on_wait = move |_| send.send(()).unwrap();
            WorkspaceLock::acquire(&place.root, &place.record, &owner("g2"), Wait::Queue { on_wait: &on_wait }).unwrap()
        });
        receive.recv().unwrap();
        fs::rename(&place.root, place.root.with_file_name("moved")).unwrap();
        fs::create_dir(&place.root).unwrap();
        drop(lock);
        let _second = waiter.join().unwrap();
        assert!(File::open(&place.root).unwrap().try_lock().is_err(), "the folder at the path is the locked one");
    });
}

/// Rounds of the storm; `GOALPOST_LOCK_ROUNDS` for another number.
const ROUNDS: u64 = 10_000;

#[test]
fn ten_thousand_rounds_of_contenders_that_are_killed_never_have_two_owners() {
    let wanted = std::env::var("GOALPOST_LOCK_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let place = place();
    fs::create_dir_all(place.record.parent().unwrap()).unwrap();
    let rounds = || {
        let number = fs::read(place.record.with_extension("number")).unwrap_or_default();
        number.try_into().map_or(0, u64::from_le_bytes)
    };
    let mut contenders: Vec<Other> = (0..8).map(|_| Other::start("contend", &place)).collect();
    let mut killed = BTreeSet::new();
    let start = Instant::now();
    let mut random = u64::from(std::process::id()) | 1;
    println!("seed {random}");
    while rounds() < wanted {
        assert!(start.elapsed() < Duration::from_mins(3), "{} rounds in three minutes", rounds());
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_millis(random % 40));
        let victim = usize::try_from(random >> 32).unwrap() % contenders.len();
        killed.insert(contenders[victim].0.id());
        let code = contenders[victim].kill();
        assert_ne!(code, Some(42), "two owners");
        assert_eq!(code, None, "a contender ended by itself");
        contenders[victim] = Other::start("contend", &place);
    }
    for contender in &mut contenders {
        let code = contender.0.try_wait().unwrap();
        assert!(code.is_none(), "a contender ended by itself: {code:?}");
        killed.insert(contender.0.id());
        contender.kill();
    }
    let cut_short = check_journal(&fs::read_to_string(place.record.with_extension("journal")).unwrap(), &killed);
    println!("{} rounds, {} kills, {cut_short} of them of the owner, {:?}", rounds(), killed.len(), start.elapsed());
    // Whoever comes after all that finds a free workspace.
    try_acquire(&place).unwrap();
}

/// Every round has a number of its own, ends before the next begins, or was cut short by a kill. Gives how many were.
fn check_journal(journal: &str, killed: &BTreeSet<u32>) -> usize {
    let (mut inside, mut last, mut cut_short) = (None::<(u64, u32)>, 0, 0);
    for line in journal.lines() {
        let mut words = line.split(' ');
        let number: u64 = words.next().unwrap().parse().unwrap();
        let pid: u32 = words.next().unwrap().parse().unwrap();
        match (words.next().unwrap(), inside) {
            ("in", before) => {
                assert!(number > last, "round {number} came twice");
                if let Some((round, owner)) = before {
                    assert!(killed.contains(&owner), "{pid} came in while {owner} was there, in round {round}");
                    cut_short += 1;
                }
                (inside, last) = (Some((number, pid)), number);
            }
            ("out", Some(owner)) => {
                assert_eq!(owner, (number, pid), "the workspace had another owner at the end of the round");
                inside = None;
            }
            other => panic!("{other:?}"),
        }
    }
    cut_short
}

#[test]
fn a_waiter_sleeps_until_the_moment_of_the_hand_over() {
    let place = place();
    let mut late = Vec::new();
    for _ in 0..9 {
        let lock = try_acquire(&place).unwrap();
        let mut waiter = Other::start("wait", &place);
        let mut lines = BufReader::new(waiter.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|l| l.ends_with("waits")));
        // Until it sleeps, however busy the machine is.
        std::thread::sleep(Duration::from_millis(200));
        let before = wake_ups(waiter.0.id());
        std::thread::sleep(Duration::from_millis(200));
        let woke = wake_ups(waiter.0.id()) - before;
        assert!(woke <= 1, "it woke up {woke} times while it waited: it polls");
        let released = now();
        drop(lock);
        let said = lines.find(|l| l.starts_with("has it at ")).unwrap();
        let at: u128 = said.rsplit(' ').next().unwrap().parse().unwrap();
        late.push(at.saturating_sub(released));
    }
    late.sort_unstable();
    println!("hand-over: median {} µs, least {} µs", late[4] / 1000, late[0] / 1000);
    // Far below any polling, on the busiest machine.
    assert!(late[0] < 20_000_000, "{late:?}");
}
