honest
sed -i '1a\\npub mod show;' src/lib.rs
cat > src/show.rs <<'RS'
//! Writes amounts.

/// An amount for people.
pub fn shown(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_digits() {
        assert_eq!(shown(105), "1.05");
    }
}
RS
