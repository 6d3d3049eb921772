//! `@times(N, TEXT)@` in a guest's text: TEXT, N times over, each `{i}` in it being the number of the repetition and `{i+1}` that of the next.

/// `text` with all repetitions written out.
pub(crate) fn write_out(text: &str) -> Result<String, String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("@times(") {
        whole.push_str(&rest[..at]);
        let (times, after) = rest[at + 7..].split_once(',').ok_or("`@times` has no comma")?;
        let (piece, after) = after.split_once(")@").ok_or("`@times` has no `)@`")?;
        let times: usize = times.trim().parse().map_err(|_| format!("`@times({times}`: no number"))?;
        for i in 0..times {
            whole.push_str(&piece.replace("{i}", &i.to_string()).replace("{i+1}", &(i + 1).to_string()));
        }
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}
