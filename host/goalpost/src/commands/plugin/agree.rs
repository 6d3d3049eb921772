//! Asking a person.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::Result;

/// Whether there is a person to ask.
pub(super) fn anybody() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a line; an empty one at the end of input.
pub(super) fn ask(question: &str) -> Result<String> {
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "{question} ")?;
    stderr.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Asks for a yes. Anything else is a no.
pub(super) fn yes(question: &str) -> Result<bool> {
    Ok(matches!(ask(&format!("{question} [y/N]"))?.to_ascii_lowercase().as_str(), "y" | "yes"))
}
