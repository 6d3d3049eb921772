//! `goalpost plugin sign`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::signature::sign;
use goalpost_core::signer::Signer;

use super::say::print;
use super::{locking, source};
use crate::exit::{Exit, UsageError};
use crate::paths::Places;
use crate::receipt::Keys;
use crate::signature;

/// Sign a component, so that its users notice when another one comes in its name
///
/// Writes FILE.intoto.jsonl: a DSSE envelope around an in-toto statement. Ship it beside the component. It says that whoever
/// has the key signed these bytes, and nothing about who that is: tell your users the key in another way.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin sign judge.wasm")]
pub(crate) struct SignArgs {
    /// The component's file, or the folder of the project that it was built in
    file: PathBuf,
    /// An Ed25519 private key in PEM (PKCS #8), as `openssl genpkey -algorithm ed25519` makes it; your own `plugins.key` in
    /// Goalpost's state, made on first use, when not given
    #[arg(long)]
    key: Option<PathBuf>,
}

pub(super) fn run(args: &SignArgs) -> Result<Exit> {
    let named = args.file.to_str().with_context(|| format!("the path {} is not UTF-8", args.file.display()))?;
    let name = source::lying(named)?;
    let plugin = source::load(&name, source::read(&name)?)?;
    let keys = match &args.key {
        Some(path) => Keys::load(path),
        None => Keys::named(&Places::open(None).map_err(|error| UsageError(error.to_string()))?.keys(), "plugins"),
    };
    let keys = keys.map_err(|error| UsageError(error.to_string()))?;
    let shown = Path::new(&name).file_name().unwrap_or_default().to_string_lossy();
    let path = signature::path_of(Path::new(&name));
    locking::replace(&path, &sign(&shown, plugin.digest(), keys.signing())?)?;
    print(&[
        format!("signed sha256:{} by {}", plugin.digest(), Signer::new(keys.public().to_bytes())),
        format!("ship {} beside the component", path.display()),
    ])?;
    Ok(Exit::Achieved)
}
