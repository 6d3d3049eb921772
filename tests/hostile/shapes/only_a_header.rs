//! A component with nothing in it.

pub(super) fn bytes() -> Vec<u8> {
    super::HEADER.to_vec()
}
