//! A native program for each judgement: it reads the evidence from standard input and prints what it concludes.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use goalpost_core::evidence::Evidence;
use judge::Judgement;

use crate::work;

/// Spawns the program.
pub struct Process {
    pub program: PathBuf,
    pub evidence: Evidence,
}

impl Process {
    pub fn judge(&self) -> Result<()> {
        let mut child = Command::new(&self.program).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().context("it was asked for")?.write_all(&serde_json::to_vec(&self.evidence)?)?;
        let output = child.wait_with_output()?;
        let judgement: Judgement = serde_json::from_slice(&output.stdout)?;
        work::expect(&judgement.reason)
    }
}
