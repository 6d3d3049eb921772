//! The workspace lock between real processes.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
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
    if what == "contend" {
        contend(&root, &record);
    }
    let _lock = WorkspaceLock::acquire(&root, &record, &owner("g-other"), Wait::No).unwrap();
    if what == "with-child" {
        Command::new("sleep").arg("5").stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    }
    println!("locked");
    std::thread::sleep(Duration::from_secs(20));
}

/// Takes and frees the lock for ever. A POSIX record lock, which the kernel frees earlier in the death of a process than
/// `flock`, tells whether somebody else is inside: then it ends with code 42.
fn contend(root: &Path, record: &Path) -> ! {
    let oracle =
        OpenOptions::new().create(true).truncate(false).write(true).open(record.with_extension("oracle")).unwrap();
    let mut rounds = OpenOptions::new().create(true).append(true).open(record.with_extension("rounds")).unwrap();
    loop {
        let lock = WorkspaceLock::acquire(root, record, &owner("g-many"), Wait::Queue { on_wait: &|_| {} }).unwrap();
        if rustix::fs::fcntl_lock(&oracle, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
            std::process::exit(42);
        }
        rounds.write_all(b".").unwrap();
        std::thread::sleep(Duration::from_micros(500));
        rustix::fs::fcntl_lock(&oracle, rustix::fs::FlockOperation::Unlock).unwrap();
        drop(lock);
    }
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

#[test]
fn eight_contenders_never_make_two_owners_however_they_die() {
    const ROUNDS: u64 = 300;
    let place = place();
    fs::create_dir_all(place.record.parent().unwrap()).unwrap();
    let rounds = || fs::metadata(place.record.with_extension("rounds")).map_or(0, |m| m.len());
    let mut contenders: Vec<Other> = (0..8).map(|_| Other::start("contend", &place)).collect();
    let start = Instant::now();
    let mut kills = 0_u32;
    while (rounds() < ROUNDS || kills < 20) && start.elapsed() < Duration::from_secs(8) {
        std::thread::sleep(Duration::from_millis(7));
        // Any order will do: which of them holds the lock just now is up to the kernel.
        let victim = (kills as usize * 5) % contenders.len();
        let code = contenders[victim].kill();
        assert_ne!(code, Some(42), "two owners");
        contenders[victim] = Other::start("contend", &place);
        kills += 1;
    }
    for contender in &mut contenders {
        if let Some(status) = contender.0.try_wait().unwrap() {
            panic!("a contender ended by itself: {status}");
        }
    }
    println!("{} rounds, {kills} kills", rounds());
    assert!(rounds() > 0 && kills > 0);
}
