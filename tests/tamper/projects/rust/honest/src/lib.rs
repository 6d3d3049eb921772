//! Amounts of money, in cents.

/// The cents of an amount such as `1,234.50`.
pub fn cents(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i64 = whole.replace(',', "").parse().ok()?;
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    Some(sign * (whole * 100 + part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_and_part() {
        assert_eq!(cents("12.34"), Some(1234));
    }

    #[test]
    fn reads_a_part_of_one_digit() {
        assert_eq!(cents("12.5"), Some(1250));
    }
}
