//! The first two thirds of a good component.

pub(super) fn bytes() -> Vec<u8> {
    let mut bytes = super::good();
    bytes.truncate(bytes.len() * 2 / 3);
    bytes
}
