//! Checks that the user declared, run in the gates' sandbox on the sealed tree. Grant: `checks`.
//!
//! ```no_run
//! use goalpost_sdk::checks;
//!
//! # fn main() -> Result<(), checks::CheckError> {
//! let ran = checks::run("coverage")?;
//! if ran.report().passed() {
//!     let lcov = ran.artifact_text("lcov.info", 1 << 20)?;
//!     println!("{} lines", lcov.lines().count());
//! }
//! # Ok(())
//! # }
//! ```

pub use crate::bindings::imports::goalpost::plugin::checks::*;

use crate::tree::read_chunks;

impl CheckRun {
    /// A file that the check made, as text, at most `max` bytes of it. What is not UTF-8 is replaced.
    ///
    /// # Errors
    /// Where the path is none of the run's artifacts, or a limit of the grant was met.
    pub fn artifact_text(&self, path: &str, max: usize) -> Result<String, CheckError> {
        let bytes = read_chunks(max, |offset, length| self.read_artifact(path, offset, length))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
