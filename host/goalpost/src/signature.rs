//! Signatures of components: who says that a component is theirs.
//!
//! A signature is a file beside the component, `judge.wasm.intoto.jsonl`: one DSSE envelope around an in-toto statement that
//! names the component by SHA-256 and holds the public key that signed it. It says that whoever has the key signed these very
//! bytes; not who that is, and not that the component is any good. A person agrees to the key once, with the component, in
//! `goalpost.lock`; from then on a component of the same use has to come with a signature of that key.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::VerifyingKey;
use goalpost_core::ids::Digest;
use goalpost_core::signer::Signer;
use serde::{Deserialize, Serialize};

use crate::receipt::{EnvelopeError, Keys, open, peek, seal};

/// What follows the component's name.
const ENDING: &str = ".intoto.jsonl";

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "urn:goalpost:plugin-signature:v1";

/// Many times what a signature takes.
const MAX_FILE: u64 = 64 << 10;

/// in-toto's statement, with what is ours in it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// Of the file when it was signed. Nothing depends on it.
    name: String,
    digest: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sha256 {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Predicate {
    public_key: Signer,
}

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
    OtherComponent { path: PathBuf, signed: String, found: Digest },
    /// The lock has a signer, and the component has no signature.
    #[error("it has no signature, and goalpost.lock has it signed by {signer}: {} is missing", path.display())]
    Unsigned { path: PathBuf, signer: Signer },
    /// The lock has another signer.
    #[error("it is signed by {found}, and goalpost.lock has it signed by {signer}")]
    OtherSigner { found: Signer, signer: Signer },
}

/// Where the signature of a component lies.
pub(crate) fn path_of(component: &Path) -> PathBuf {
    let mut name = OsString::from(component);
    name.push(ENDING);
    name.into()
}

/// A signature of a component, as it is kept in a file.
pub(crate) fn sign(name: &str, component: &Digest, keys: &Keys) -> Result<String, serde_json::Error> {
    let statement = Statement {
        kind: STATEMENT.to_owned(),
        subject: vec![Subject { name: name.to_owned(), digest: Sha256 { sha256: component.to_string() } }],
        predicate_type: PREDICATE.to_owned(),
        predicate: Predicate { public_key: Signer::new(keys.public().to_bytes()) },
    };
    Ok(seal(&serde_json::to_vec(&statement)?, keys)? + "\n")
}

/// Who signed the component at `path`, whose digest this is; none where no signature lies beside it.
///
/// # Errors
/// What lies there is no signature of these bytes: it is never taken for none.
pub(crate) fn signer(path: &Path, component: &Digest) -> Result<Option<Signer>, SignatureError> {
    let path = path_of(path);
    let Some(bytes) = read(&path).map_err(|source| SignatureError::Io { path: path.clone(), source })? else {
        return Ok(None);
    };
    let (signer, signed) =
        verify(&bytes).map_err(|why| SignatureError::NoSignature { path: path.clone(), why: why.to_string() })?;
    if signed != component.as_str() {
        return Err(SignatureError::OtherComponent { path, signed, found: component.clone() });
    }
    Ok(Some(signer))
}

/// Whether the component at `path` is signed by the key that the lock has for it. One that the lock has no key for need not be
/// signed.
///
/// # Errors
/// It is not.
pub(crate) fn check(path: &Path, component: &Digest, locked: Option<&Signer>) -> Result<(), SignatureError> {
    let Some(locked) = locked else { return Ok(()) };
    match signer(path, component)? {
        Some(found) if found == *locked => Ok(()),
        Some(found) => Err(SignatureError::OtherSigner { found, signer: locked.clone() }),
        None => Err(SignatureError::Unsigned { path: path_of(path), signer: locked.clone() }),
    }
}

/// The file's bytes; none where there is no file.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match path.metadata() {
        // A pipe or a device would keep whoever opens it.
        Ok(found) if !found.is_file() => return Err(io::Error::other("it is not a file")),
        Ok(_) => {}
        // A link that leads nowhere is there.
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other(format!("it is larger than {MAX_FILE} bytes")));
    }
    Ok(Some(bytes))
}

/// Why bytes are no signature.
#[derive(Debug, thiserror::Error)]
enum Invalid {
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error("what it signs is no statement about a plugin: {0}")]
    Statement(#[from] serde_json::Error),
    #[error("what it signs is a statement about something else")]
    OtherStatement,
    #[error("the key in it is no Ed25519 key")]
    Key,
}

/// Who signed, and the digest of what was signed.
fn verify(bytes: &[u8]) -> Result<(Signer, String), Invalid> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    // The key is read first from what is not verified yet; then it must have signed what it was read from.
    let statement: Statement = serde_json::from_slice(&peek(bytes)?)?;
    let signer = statement.predicate.public_key;
    let key = VerifyingKey::from_bytes(signer.key()).map_err(|_| Invalid::Key)?;
    let statement: Statement = serde_json::from_slice(&open(bytes, &key)?)?;
    if statement.kind != STATEMENT || statement.predicate_type != PREDICATE || statement.predicate.public_key != signer
    {
        return Err(Invalid::OtherStatement);
    }
    match statement.subject.as_slice() {
        [one] => Ok((signer, one.digest.sha256.clone())),
        _ => Err(Invalid::OtherStatement),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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

    fn keys(seed: u8) -> Keys {
        Keys::from_seed([seed; 32])
    }

    fn signature() -> String {
        sign("judge.wasm", &component(), &keys(1)).unwrap()
    }

    #[test]
    fn a_signature_names_its_key_and_its_component() {
        let signed = Signed::with(signature().as_bytes());
        let signer = signed.signer().unwrap().unwrap();
        assert_eq!(signer.key(), &keys(1).public().to_bytes());
        check(&signed.path(), &component(), Some(&signer)).unwrap();
        check(&signed.path(), &component(), None).unwrap();
    }

    #[test]
    fn a_component_without_a_signature_has_no_signer_and_is_not_taken_for_one_that_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("judge.wasm");
        assert!(signer(&path, &component()).unwrap().is_none());
        let error = check(&path, &component(), Some(&Signer::new(keys(1).public().to_bytes()))).unwrap_err();
        assert!(matches!(error, SignatureError::Unsigned { .. }), "{error}");
    }

    #[test]
    fn no_byte_of_it_can_be_another() {
        let good = signature().into_bytes();
        for place in 0..good.len() - 1 {
            for flip in [1, 0x20, 0x80] {
                let mut bytes = good.clone();
                bytes[place] ^= flip;
                assert!(verify(&bytes).is_err(), "byte {place} with {flip}: {}", String::from_utf8_lossy(&bytes));
            }
        }
    }

    #[test]
    fn no_part_of_it_is_one() {
        let good = signature().into_bytes();
        for length in 0..good.len() - 1 {
            assert!(verify(&good[..length]).is_err(), "{length} bytes");
        }
        assert!(verify(&[good.as_slice(), good.as_slice()].concat()).is_err());
    }

    #[test]
    fn the_signature_of_another_component_is_not_taken() {
        let other = sign("judge.wasm", &Digest::of(b"other"), &keys(1)).unwrap();
        let error = Signed::with(other.as_bytes()).signer().unwrap_err();
        assert!(matches!(error, SignatureError::OtherComponent { .. }), "{error}");
    }

    #[test]
    fn another_key_is_another_signer() {
        let signed = Signed::with(sign("judge.wasm", &component(), &keys(2)).unwrap().as_bytes());
        let locked = Signer::new(keys(1).public().to_bytes());
        let error = check(&signed.path(), &component(), Some(&locked)).unwrap_err();
        assert!(matches!(error, SignatureError::OtherSigner { .. }), "{error}");
    }

    #[test]
    fn a_key_that_did_not_sign_is_not_the_signer() {
        // The statement names one key, and another one signs it.
        let statement = String::from_utf8(peek(signature().trim_end().as_bytes()).unwrap()).unwrap();
        let forged = seal(statement.as_bytes(), &keys(2)).unwrap();
        assert!(verify(forged.as_bytes()).is_err());
        // The other key's envelope claims the first one's id.
        let claimed = forged.replace(&keys(2).id(), &keys(1).id());
        assert!(verify(claimed.as_bytes()).is_err());
    }

    #[test]
    fn a_statement_about_something_else_is_no_signature() {
        let statement = String::from_utf8(peek(signature().trim_end().as_bytes()).unwrap()).unwrap();
        let two = statement.replace("\"subject\":[", "\"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":\"b\"}},");
        let changed = [
            statement.replace(PREDICATE, "https://in-toto.io/attestation/test-result/v0.1"),
            statement.replace(STATEMENT, "https://in-toto.io/Statement/v0"),
            two,
            "{}".to_owned(),
        ];
        for other in changed {
            assert_ne!(other, statement);
            assert!(verify(seal(other.as_bytes(), &keys(1)).unwrap().as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn what_is_no_file_of_a_signatures_size_is_an_error() {
        assert!(Signed::with(b"").signer().is_err());
        let huge = Signed::with(signature().as_bytes());
        File::options().write(true).open(path_of(&huge.path())).unwrap().set_len(1 << 40).unwrap();
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
