//! A judge that reads the sealed tree and lists it in its reason. Imports `tree`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::tree;

goalpost_sdk::evaluator!(judge, name = "wants-tree", summary = "Lists the sealed tree");

fn judge(_: Evidence) -> Result<Verdict, String> {
    let sealed = tree::sealed();
    let mut reason = format!("tree {}\n", sealed.id());
    for entry in sealed.files("") {
        let entry = entry.map_err(|error| format!("{error:?}"))?;
        let text = sealed.read_text(&entry.path, 1 << 20).map_err(|error| format!("{error:?}"))?;
        reason.push_str(&format!("{} {:?} {} {}\n", entry.path, entry.kind, entry.size, text.lines().count()));
    }
    Ok(Verdict::satisfied(reason))
}
