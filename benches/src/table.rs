//! A race as a table, in Markdown.

use crate::race::Lane;

/// Lines of a table; ratios are to the first lane.
pub fn table(title: &str, lanes: &[Lane]) -> String {
    let mut text = format!("| {title} | median | undisturbed | ratio |\n| --- | ---: | ---: | ---: |\n");
    let Some(base) = lanes.first() else { return text };
    for lane in lanes {
        let (median, quiet, ratio) = (time(lane.median()), time(lane.quiet()), ratio(lane.ratio(base)));
        text += &format!("| {} | {median} | {quiet} | {ratio} |\n", lane.name);
    }
    text
}

fn time(micros: f64) -> String {
    if micros < 1e3 { format!("{micros:.1} µs") } else { format!("{:.1} ms", micros / 1e3) }
}

fn ratio(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}×") } else { format!("{ratio:.0}×") }
}
