//! Amounts of money, in cents.

/// The cents of an amount such as `1,234.50`.
pub fn cents(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok()?)
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
