//! The cache of compiled code: quick, and trusted only as far as it can be checked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use goalpost_core::config::Grants;
use goalpost_plugins::{Admitted, CacheError, CallContext, CodeCache, Kind, Plugin};

use crate::guests::content;
use crate::host::{ENGINE, evidence, limits};

async fn answers(cache: &Arc<CodeCache>) -> Admitted {
    let plugin = Plugin::load(&ENGINE, Some(cache.clone()), content(), "test", Kind::Evaluator).unwrap();
    let admitted = plugin.admit(&Grants::default(), &limits(), &serde_json::Map::new()).await.unwrap();
    admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
    admitted
}

fn entry(folder: &Path) -> PathBuf {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|name| name == "cwasm"))
        .collect();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// Whether the entry was written anew since its time was set to the epoch.
fn was_rewritten(path: &Path) -> bool {
    fs::metadata(path).unwrap().modified().unwrap() > std::time::UNIX_EPOCH
}

fn set_old(path: &Path) {
    let file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
}

#[tokio::test]
async fn compiled_code_is_kept_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("deep/cache");
    let cache = Arc::new(CodeCache::open(&folder).unwrap());
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    answers(&cache).await;
    let kept = entry(&folder);
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    set_old(&kept);
    answers(&cache).await;
    answers(&Arc::new(CodeCache::open(&folder).unwrap())).await;
    assert!(!was_rewritten(&kept), "it was compiled again");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing else is left there");
}

/// Parts of a file that this process has mapped to run them. The whole path tells: other tests of this process have
/// entries of the same name, each in its own folder.
fn mapped_to_run(path: &Path) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let path = path.to_str().unwrap();
    maps.lines().filter(|line| line.contains(path) && line.contains(" r-xp ")).count()
}

#[tokio::test]
async fn compiled_code_is_mapped_and_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(CodeCache::open(folder.path().join("c")).unwrap());
    drop(answers(&cache).await);
    let kept = entry(&folder.path().join("c"));
    assert_eq!(mapped_to_run(&kept), 0, "what was compiled here is in memory already");
    let admitted = answers(&cache).await;
    assert_eq!(mapped_to_run(&kept), 1);

    // Who runs it keeps it, whatever becomes of the entry.
    fs::remove_file(&kept).unwrap();
    admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
    drop(admitted);
    assert_eq!(mapped_to_run(&kept), 0);
}

#[tokio::test]
async fn an_entry_that_is_a_link_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(CodeCache::open(folder.path().join("c")).unwrap());
    answers(&cache).await;
    let kept = entry(&folder.path().join("c"));
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&kept, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &kept).unwrap();
    answers(&cache).await;
    assert!(fs::symlink_metadata(&kept).unwrap().is_file(), "genuine code in a place that others may write was used");
}

#[tokio::test]
async fn a_damaged_entry_is_compiled_anew() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(CodeCache::open(folder.path().join("c")).unwrap());
    answers(&cache).await;
    let kept = entry(&folder.path().join("c"));
    let good = fs::read(&kept).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let mut forged = good.clone();
    forged[good.len() - 32..].fill(0);
    let mut longer = good.clone();
    longer.push(0);
    for bad in [flipped, forged, longer, good[..good.len() - 1].to_vec(), good[..10].to_vec(), Vec::new()] {
        fs::write(&kept, bad).unwrap();
        set_old(&kept);
        answers(&cache).await;
        assert!(was_rewritten(&kept));
        assert_eq!(fs::read(&kept).unwrap(), good);
    }
}

#[tokio::test]
async fn an_entry_from_elsewhere_is_compiled_anew() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let theirs = Arc::new(CodeCache::open(there.path().join("c")).unwrap());
    answers(&theirs).await;
    let theirs = entry(&there.path().join("c"));
    let ours = Arc::new(CodeCache::open(here.path().join("c")).unwrap());
    let copy = here.path().join("c").join(theirs.file_name().unwrap());
    fs::copy(&theirs, &copy).unwrap();
    set_old(&copy);
    answers(&ours).await;
    assert!(was_rewritten(&copy), "code that another key vouches for was used");
}

#[tokio::test]
async fn an_entry_that_others_can_write_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(CodeCache::open(folder.path().join("c")).unwrap());
    answers(&cache).await;
    let kept = entry(&folder.path().join("c"));
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o666)).unwrap();
    set_old(&kept);
    answers(&cache).await;
    assert!(was_rewritten(&kept));
}

#[test]
fn a_folder_that_others_can_write_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o770, 0o702, 0o777] {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        let error = CodeCache::open(folder.path()).unwrap_err();
        assert!(matches!(error, CacheError::Unsafe { .. }), "{error}");
        assert!(error.to_string().contains("chmod go-w"), "{error}");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    CodeCache::open(folder.path()).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    assert!(matches!(CodeCache::open(&link), Err(CacheError::Unsafe { .. })));
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    CodeCache::open(folder.path()).unwrap();
    fs::set_permissions(folder.path().join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(CodeCache::open(folder.path()), Err(CacheError::Unsafe { .. })));
}

#[test]
fn processes_that_open_a_new_cache_together_agree_on_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c");
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || drop(CodeCache::open(path).unwrap()))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(fs::read(path.join("key")).unwrap().len(), 32);
}
