//! Nothing.

pub(super) fn bytes() -> Vec<u8> {
    Vec::new()
}
