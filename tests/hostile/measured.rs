//! The table of what attacks cost.

use crate::attack::Seen;
use crate::guest::Expects;

/// One attack in the table.
pub(crate) struct Row(String, String);

impl Row {
    pub(crate) fn new(name: &str, expects: &Expects, seen: &Seen) -> Self {
        let late = if expects.is_timed() { format!("{:.1} ms", seen.late.as_secs_f64() * 1e3) } else { "-".into() };
        let ended = format!("{:?}", seen.ended);
        let ms = |duration: std::time::Duration| duration.as_secs_f64() * 1e3;
        let line = format!(
            "{name:<44} {ended:<20} {late:>9} {:>8.0} {:>9.1} {:>8.2} {:>8.2} {:>8.1}",
            ms(seen.took),
            seen.grown_kib as f64 / 1024.0,
            ms(seen.alone),
            ms(seen.neighbour),
            ms(seen.neighbour_slowest),
        );
        Self(name.to_owned(), line)
    }
}

pub(crate) fn print(rows: &mut [Row]) {
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    println!(
        "{:<44} {:<20} {:>9} {:>8} {:>9} {:>26}",
        "", "", "after its", "took", "host grew", "a neighbour's call, ms"
    );
    println!(
        "{:<44} {:<20} {:>9} {:>8} {:>9} {:>8} {:>8} {:>8}",
        "attack", "ended as", "deadline", "ms", "MiB", "alone", "beside", "slowest"
    );
    rows.iter().for_each(|row| println!("{}", row.1));
    println!();
}
