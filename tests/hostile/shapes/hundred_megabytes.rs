//! A good component with a custom section of 100 MB.

pub(super) fn bytes() -> Vec<u8> {
    let mut bytes = super::good();
    let padding = 100 << 20;
    bytes.push(0);
    super::leb(&mut bytes, padding + 1);
    // The section's name is empty.
    bytes.push(0);
    bytes.resize(bytes.len() + padding, 0);
    bytes
}
