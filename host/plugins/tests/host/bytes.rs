//! Bytes from anywhere: a component that is cut off, damaged or made of noise is refused, and nothing worse.

use goalpost_core::config::Grants;
use goalpost_plugins::{Kind, Plugin};
use proptest::prelude::*;

use crate::guests::{Guest, content};
use crate::host::{ENGINE, limits};

/// Loads and, where that works, admits. What matters is that it ends in an answer.
fn admitted(bytes: Vec<u8>) -> bool {
    let Ok(plugin) = Plugin::load(&ENGINE, None, bytes, "test:bytes", Kind::Evaluator) else { return false };
    // A mutation may have made `describe` loop for ever.
    let mut limits = limits();
    limits.timeout = std::time::Duration::from_millis(200);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(plugin.admit(&Grants::default(), &limits, &serde_json::Map::new())).is_ok()
}

#[test]
fn a_component_cut_off_anywhere_is_refused() {
    let mut guest = Guest::new(Kind::Evaluator).log();
    let body = format!("(call $log (i32.const 2) (i32.const 0) (i32.const 0)) {}", guest.verdict(0, "", None));
    let bytes = guest.body(body).build();
    assert!(admitted(bytes.clone()), "the whole one is fine");
    for end in (0..bytes.len()).step_by(64) {
        assert!(!admitted(bytes[..end].to_vec()), "cut off at {end} of {}", bytes.len());
    }
}

#[test]
fn trailing_noise_is_refused() {
    let mut bytes = content();
    bytes.extend_from_slice(b"noise");
    assert!(!admitted(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_refused(noise in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(!admitted(noise.clone()));
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        bytes.extend(noise);
        admitted(bytes);
    }

    #[test]
    fn a_damaged_component_ends_in_an_answer(
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut bytes = content();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        admitted(bytes);
    }
}
