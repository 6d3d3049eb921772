//! What a person sees while a goal runs. A reporter is a function of events: it knows nothing that is not in them.

mod margin;
mod render;
mod style;
mod view;
mod words;

#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use goalpost_core::event::{Event, Stamped};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(crate) use render::{kept, render, tampered};
pub(crate) use style::{GUTTER, Style, Tone, age, bracketed, clean, cost, count, cut, duration, plural, tokens};
pub(crate) use view::View;
pub(crate) use words::{SHADOW, assurance_word, gate_word, outcome_word, plugin, state_tone};

/// Shows events as they happen. Shared freely: each call shows one event whole.
pub(crate) struct Reporter(Mutex<Output>);

enum Output {
    /// Finished lines above one that is drawn over and over, on standard error.
    Terminal { view: View, style: Style, spinner: Option<ProgressBar> },
    /// Finished lines alone, on standard error.
    Lines { view: View },
    /// One JSON document a line, on standard output.
    Json,
}

impl Reporter {
    /// JSON lines on standard output when asked for; else for people on standard error, alive on a terminal.
    pub(crate) fn new(json: bool) -> Self {
        let stderr = io::stderr();
        Self(Mutex::new(if json {
            Output::Json
        } else if stderr.is_terminal() {
            Output::Terminal { view: View::default(), style: Style::detect(&stderr), spinner: None }
        } else {
            Output::Lines { view: View::default() }
        }))
    }

    /// Shows one event. A reader that has gone away is no reason to stop a goal: failed writes are forgotten.
    pub(crate) fn show(&self, stamped: &Stamped) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *output {
            Output::Json => {
                if let Ok(mut line) = serde_json::to_vec(stamped) {
                    line.push(b'\n');
                    let mut stdout = io::stdout().lock();
                    let _ = stdout.write_all(&line).and_then(|()| stdout.flush());
                }
            }
            Output::Lines { view } => {
                let mut stderr = io::stderr().lock();
                for line in render(stamped, view, Style::PLAIN) {
                    let _ = writeln!(stderr, "{line}");
                }
            }
            Output::Terminal { view, style, spinner } => {
                let timed = owned(view);
                let lines = render(stamped, view, *style);
                // Waiting has its own live line: printed ones would pile up.
                if !matches!(stamped.event, Event::Waiting { .. }) {
                    print(spinner.as_ref(), &lines);
                }
                draw(spinner, view, *style, timed != owned(view));
            }
        }
    }
}

/// How often the live line is drawn in a second, at most.
const FRAMES: u8 = 20;

/// What is timed, as a value that outlives the view's next change.
fn owned(view: &View) -> impl PartialEq + use<> {
    let (turn, step, gate) = view.timed();
    (turn, step, gate.map(str::to_owned))
}

fn print(spinner: Option<&ProgressBar>, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let write = || {
        let mut stderr = io::stderr().lock();
        for line in lines {
            let _ = writeln!(stderr, "{line}");
        }
    };
    match spinner {
        Some(spinner) => spinner.suspend(write),
        None => write(),
    }
}

/// Draws the live line, or takes it away when nothing is going on.
fn draw(spinner: &mut Option<ProgressBar>, view: &View, style: Style, restart: bool) {
    let Some(message) = view.live() else {
        if let Some(spinner) = spinner.take() {
            spinner.finish_and_clear();
        }
        return;
    };
    if restart && let Some(old) = spinner.take() {
        old.finish_and_clear();
    }
    let spinner = spinner.get_or_insert_with(|| {
        let template = if style.color {
            "{spinner:>12.cyan} [{elapsed:>7}] {wide_msg:.dim}"
        } else {
            "{spinner:>12} [{elapsed:>7}] {wide_msg}"
        };
        let bar = ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::term_like_with_hz(Box::new(margin::Margin), FRAMES),
        );
        if let Ok(looks) = ProgressStyle::with_template(template) {
            bar.set_style(looks);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    });
    spinner.set_message(message);
}
