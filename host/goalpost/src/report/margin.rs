//! Where the live line is drawn: standard error, a little narrower than it is.
//!
//! The line is drawn to the end of what it believes to be the terminal. When Ctrl-C is pressed, the terminal itself writes `^C`
//! behind it, and without room for that the cursor would be on the next line: the live line would never be cleared again.

use std::io::{self, Write as _};

use indicatif::TermLike;

use super::Style;

/// Columns for `^C`, and one for the cursor.
const MARGIN: usize = 3;

/// Standard error with its last columns left free.
#[derive(Debug)]
pub(super) struct Margin;

impl Margin {
    /// Written unbuffered: nothing is left for a flush.
    fn write(text: std::fmt::Arguments<'_>) -> io::Result<()> {
        io::stderr().lock().write_fmt(text)
    }
}

impl TermLike for Margin {
    fn width(&self) -> u16 {
        // Asked each time: a window changes its size.
        let width = Style::detect(&io::stderr()).width.unwrap_or(80);
        u16::try_from(width.saturating_sub(MARGIN)).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { Self::write(format_args!("\x1b[{n}A")) }
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { Self::write(format_args!("\x1b[{n}B")) }
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { Self::write(format_args!("\x1b[{n}C")) }
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        if n == 0 { Ok(()) } else { Self::write(format_args!("\x1b[{n}D")) }
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        Self::write(format_args!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        Self::write(format_args!("{text}"))
    }

    fn clear_line(&self) -> io::Result<()> {
        Self::write(format_args!("\r\x1b[2K"))
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
