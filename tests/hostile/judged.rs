//! Whether what was seen of an attack is what must be seen.

use std::time::Duration;

use crate::attack::{LATE, Seen};
use crate::guest::{Control, Guest};

/// What other work on a machine of two processors may add to the best of several tries.
const BUSY: Duration = Duration::from_millis(80);

/// The longest that a neighbour's call may take, once, on a machine that is busy with other things as well.
const NEIGHBOUR: Duration = Duration::from_secs(3);

/// And what half of its calls stay below.
const NEIGHBOUR_USUALLY: Duration = Duration::from_millis(150);

/// # Errors
/// Everything that is not as it must be.
pub(crate) fn judge(guest: &Guest, seen: &Seen) -> Result<(), String> {
    let mut wrong = Vec::new();
    if seen.ended != guest.expects.ends {
        wrong.push(format!("it was to end as {:?}, and ended as {:?}", guest.expects.ends, seen.ended));
    }
    wrong.extend(
        guest.expects.says.iter().filter(|text| !seen.text.contains(*text)).map(|text| format!("lacks: {text}")),
    );
    let never = guest.expects.never_says.iter().filter(|text| seen.text.contains(*text));
    wrong.extend(never.map(|text| format!("says: {text}")));
    if guest.expects.is_timed() && seen.late > LATE + BUSY {
        wrong.push(format!("it was stopped {:?} after its deadline at best", seen.late));
    }
    let most = (guest.limits.memory >> 10) + (guest.expects.host_mib << 10);
    if seen.grown_kib > most {
        wrong.push(format!("the host grew by {} KiB, {most} are allowed", seen.grown_kib));
    }
    if seen.neighbour > NEIGHBOUR_USUALLY || seen.neighbour_slowest > NEIGHBOUR {
        wrong.push(format!("its neighbour's calls took {:?}, and {:?}", seen.neighbour, seen.neighbour_slowest));
    }
    finish(wrong, seen)
}

/// # Errors
/// The limit was not what held the attack.
pub(crate) fn judge_control(control: &Control, seen: &Seen) -> Result<(), String> {
    let mut wrong = Vec::new();
    if let Some(ends) = control.ends
        && seen.ended != ends
    {
        wrong.push(format!("it was to end as {ends:?}, and ended as {:?}", seen.ended));
    }
    wrong.extend(control.says.iter().filter(|text| !seen.text.contains(*text)).map(|text| format!("lacks: {text}")));
    if seen.took < Duration::from_millis(control.lasts_ms) {
        wrong.push(format!("it lasted only {:?}", seen.took));
    }
    if seen.grown_kib >> 10 < control.grows_mib {
        wrong.push(format!("the host grew only by {} KiB", seen.grown_kib));
    }
    finish(wrong, seen).map_err(|why| format!("with the limit out of its way: {why}"))
}

fn finish(wrong: Vec<String>, seen: &Seen) -> Result<(), String> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n{}", wrong.join("\n"), seen.text.chars().take(4000).collect::<String>()))
}
