//! Signatures of components: who says that a component is theirs.
//!
//! A signature is a file beside the component, `judge.wasm.intoto.jsonl`: one DSSE envelope around an in-toto statement that
//! names the component by SHA-256 and holds the public key that signed it. It says that whoever has the key signed these very
//! bytes; not who that is, and not that the component is any good. A person agrees to the key once, with the component, in
//! `goalpost.lock`; from then on a component of the same use has to come with a signature of that key.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use goalpost_core::ids::Digest;
use goalpost_core::signature::verify;
use goalpost_core::signer::Signer;
use goalpost_plugins::read_small_text;

/// What follows the component's name.
const ENDING: &str = ".intoto.jsonl";

/// Many times what a signature takes.
pub(crate) const MAX_FILE: u64 = 64 << 10;

/// Why a signature is none of a component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignatureError {
    /// The file can't be read.
    #[error("the signature {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// It is something else.
    #[error("{} is no signature of a plugin: {why}", path.display())]
    NoSignature { path: PathBuf, why: String },
    /// It is a signature, of other bytes.
    #[error(
        "{} signs another component (sha256 {signed}) than the one beside it (sha256 {found}): sign it again with \
         `goalpost plugin sign`, or take the signature away",
        path.display()
    )]
    OtherComponent { path: PathBuf, signed: Digest, found: Digest },
    /// The lock has a signer, and the component has no signature.
    #[error("it has no signature, and goalpost.lock has it signed by {signer}: {} is missing", path.display())]
    Unsigned { path: PathBuf, signer: Signer },
    /// The lock has another signer.
    #[error("it is signed by {found}, and goalpost.lock has it signed by {signer}")]
    OtherSigner { found: Signer, signer: Signer },
}

/// Gives the text of a file; none where there is no file.
pub(crate) trait Read: FnOnce(&Path) -> io::Result<Option<String>> {}

impl<F: FnOnce(&Path) -> io::Result<Option<String>>> Read for F {}

/// Where the signature of a component lies.
pub(crate) fn path_of(component: &Path) -> PathBuf {
    let mut name = OsString::from(component);
    name.push(ENDING);
    name.into()
}

/// Who signed the component at `path`, whose digest this is; none where no signature lies beside it.
///
/// # Errors
/// What lies there is no signature of these bytes: it is never taken for none.
pub(crate) fn signer(path: &Path, component: &Digest) -> Result<Option<Signer>, SignatureError> {
    signer_by(path, component, read)
}

/// As [`signer`], with signatures that `read` gives by their paths.
fn signer_by(path: &Path, component: &Digest, read: impl Read) -> Result<Option<Signer>, SignatureError> {
    let path = path_of(path);
    let Some(text) = read(&path).map_err(|source| SignatureError::Io { path: path.clone(), source })? else {
        return Ok(None);
    };
    let (signer, signed) = verify(text.as_bytes())
        .map_err(|why| SignatureError::NoSignature { path: path.clone(), why: why.to_string() })?;
    if signed != *component {
        return Err(SignatureError::OtherComponent { path, signed, found: component.clone() });
    }
    Ok(Some(signer))
}

/// Whether the component at `path` is signed by the key that the lock has for it. One that the lock has no key for need not be
/// signed. `read` gives the signature by its path: [`read`], where the component lies among the files.
///
/// # Errors
/// It is not.
pub(crate) fn check(
    path: &Path,
    component: &Digest,
    locked: Option<&Signer>,
    read: impl Read,
) -> Result<(), SignatureError> {
    let Some(locked) = locked else { return Ok(()) };
    match signer_by(path, component, read)? {
        Some(found) if found == *locked => Ok(()),
        Some(found) => Err(SignatureError::OtherSigner { found, signer: locked.clone() }),
        None => Err(SignatureError::Unsigned { path: path_of(path), signer: locked.clone() }),
    }
}

/// The file's text; none where there is no file.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    match read_small_text(path, MAX_FILE) {
        Ok(text) => Ok(Some(text)),
        // A link that leads nowhere is there.
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ed25519_dalek::SigningKey;
    use goalpost_core::signature::sign;

    use super::*;

    struct Signed {
        folder: tempfile::TempDir,
    }

    impl Signed {
        /// A component with these bytes beside it.
        fn with(signature: &[u8]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(path_of(&folder.path().join("judge.wasm")), signature).unwrap();
            Self { folder }
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join("judge.wasm")
        }

        fn signer(&self) -> Result<Option<Signer>, SignatureError> {
            signer(&self.path(), &component())
        }
    }

    fn component() -> Digest {
        Digest::of(b"judge")
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn signature() -> String {
        sign("judge.wasm", &component(), &key(1)).unwrap()
    }

    #[test]
    fn a_signature_names_its_key_and_its_component() {
        let signed = Signed::with(signature().as_bytes());
        let signer = signed.signer().unwrap().unwrap();
        assert_eq!(signer.key(), &key(1).verifying_key().to_bytes());
        check(&signed.path(), &component(), Some(&signer), read).unwrap();
        check(&signed.path(), &component(), None, read).unwrap();
    }

    #[test]
    fn a_component_without_a_signature_has_no_signer_and_is_not_taken_for_one_that_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("judge.wasm");
        assert!(signer(&path, &component()).unwrap().is_none());
        let error =
            check(&path, &component(), Some(&Signer::new(key(1).verifying_key().to_bytes())), read).unwrap_err();
        assert!(matches!(error, SignatureError::Unsigned { .. }), "{error}");
    }

    #[test]
    fn the_signature_of_another_component_is_not_taken() {
        let other = sign("judge.wasm", &Digest::of(b"other"), &key(1)).unwrap();
        let error = Signed::with(other.as_bytes()).signer().unwrap_err();
        assert!(matches!(error, SignatureError::OtherComponent { .. }), "{error}");
    }

    #[test]
    fn another_key_is_another_signer() {
        let signed = Signed::with(sign("judge.wasm", &component(), &key(2)).unwrap().as_bytes());
        let locked = Signer::new(key(1).verifying_key().to_bytes());
        let error = check(&signed.path(), &component(), Some(&locked), read).unwrap_err();
        assert!(matches!(error, SignatureError::OtherSigner { .. }), "{error}");
    }

    #[test]
    fn what_is_no_file_of_a_signatures_size_is_an_error() {
        assert!(Signed::with(b"").signer().is_err());
        let huge = Signed::with(signature().as_bytes());
        std::fs::File::options().write(true).open(path_of(&huge.path())).unwrap().set_len(1 << 40).unwrap();
        assert!(huge.signer().is_err());
        for make in [|path: &Path| std::fs::create_dir(path), |path: &Path| std::os::unix::fs::symlink("nowhere", path)]
        {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("judge.wasm");
            make(&path_of(&path)).unwrap();
            assert!(signer(&path, &component()).is_err());
        }
    }
}
