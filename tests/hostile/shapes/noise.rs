//! The first bytes of a component, then a mebibyte of noise.

pub(super) fn bytes() -> Vec<u8> {
    let mut bytes = super::HEADER.to_vec();
    // xorshift64: the same noise everywhere.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..1 << 17 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}
