//! The judgement as a program: evidence on standard input, what it concludes on standard output.

use std::io::{Read as _, Write as _};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut evidence = Vec::new();
    std::io::stdin().read_to_end(&mut evidence)?;
    let evidence: judge::json::Evidence = serde_json::from_slice(&evidence)?;
    std::io::stdout().write_all(&serde_json::to_vec(&evidence.judge())?)?;
    Ok(())
}
