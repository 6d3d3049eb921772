use wallet::cents;

#[test]
fn reads_thousands() {
    assert_eq!(cents("1,234.50"), Some(123_450));
}

#[test]
fn reads_what_is_owed() {
    assert_eq!(cents("-0.05"), Some(-5));
}
