/// The number of steps in a text.
pub fn parse(text: &str) -> Option<u32> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        assert_eq!(parse("3"), Some(3));
    }

    #[test]
    fn white_space_is_left_out() {
        assert_eq!(parse(" 3\n"), Some(3));
    }
}
