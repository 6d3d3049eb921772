//! A component in the text format: what a person reads is not what runs.

pub(super) fn bytes() -> Vec<u8> {
    b"(component (core module (func (export \"x\"))))".to_vec()
}
