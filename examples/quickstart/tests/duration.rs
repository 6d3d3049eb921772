use duration::{parse, ParseError};

#[test]
fn seconds() {
    assert_eq!(parse("45s"), Ok(45));
}

#[test]
fn minutes_and_hours() {
    assert_eq!(parse("2m"), Ok(120));
    assert_eq!(parse("1h"), Ok(3600));
}

#[test]
fn several_units() {
    assert_eq!(parse("1h30m"), Ok(5400));
    assert_eq!(parse("1h1m1s"), Ok(3661));
}

#[test]
fn nothing_is_not_a_duration() {
    assert_eq!(parse(""), Err(ParseError::Empty));
}

#[test]
fn a_number_needs_a_unit() {
    assert_eq!(parse("12"), Err(ParseError::Malformed));
    assert_eq!(parse("h"), Err(ParseError::Malformed));
}

#[test]
fn units_come_in_order_and_once() {
    assert_eq!(parse("30m1h"), Err(ParseError::Malformed));
    assert_eq!(parse("1m1m"), Err(ParseError::Malformed));
}

#[test]
fn too_long_is_an_error_and_no_panic() {
    assert_eq!(parse("99999999999999999999s"), Err(ParseError::TooLong));
    assert_eq!(parse("9999999999999999h"), Err(ParseError::TooLong));
}
