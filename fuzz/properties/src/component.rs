//! Components from anywhere, as far as they are looked at before any of them is compiled.

use std::sync::LazyLock;

use goalpost_core::config::Grants;
use goalpost_plugins::fuzzing::misfits;
use goalpost_plugins::{Engine, Kind, Layout, Plugin, Standing};

use crate::input::moves_the_cursor;
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "component",
    check,
    seeds: || {
        // Code is not looked at here: a small plugin has as many types as a large one.
        let mut all = seeds::files("plugins/dist", ".wasm");
        all.sort_by_key(Vec::len);
        all.truncate(2);
        all.extend(seeds::of(&["", "(component)", "\0asm\u{1}\0\0\0", "\0asm\r\0\u{1}\0"]));
        all
    },
    words: &[
        "\0asm\r\0\u{1}\0",
        "goalpost:plugin/tree@0.1.0",
        "goalpost:plugin/http@0.1.0",
        "goalpost:plugin/log@0.2.0",
        "wasi:cli/exit@0.2.0",
        "evaluate",
        "check",
        "run",
        "\u{1b}[2J",
        "\u{202e}",
    ],
};

static ENGINE: LazyLock<Option<Engine>> = LazyLock::new(|| Engine::with_layout(Layout::Small).ok());

/// What is said of a component is bounded, moves no cursor, and is the same for everybody who asks; and what no grant can give
/// is never let through.
pub fn check(data: &[u8]) {
    let kind = Kind::of(data);
    if let Err(error) = &kind {
        said(&error.to_string());
    }
    let Some(engine) = &*ENGINE else { return };
    let plugin = match Plugin::load(engine, None, data, "a.wasm", Kind::Evaluator) {
        Ok(plugin) => plugin,
        Err(error) => {
            assert!(kind.is_err());
            return said(&error.to_string());
        }
    };
    assert!(kind.is_ok());
    let wants = plugin.wants();
    for import in &wants {
        assert!(import.name.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{:?}", import.name);
    }
    assert!(plugin.exports().all(|name| name.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
    let needs = wants.iter().any(|import| matches!(import.standing, Standing::Grant { .. } | Standing::Refused(_)));
    match plugin.fits(&Grants::default()) {
        Ok(()) => assert!(!needs, "let through without what it wants: {wants:?}"),
        Err(error) => said(&error.to_string()),
    }
    for kind in Kind::ALL {
        match misfits(kind, data) {
            Ok(found) => {
                assert!(found.len() <= 40);
                found.iter().for_each(|misfit| said(&misfit.to_string()));
            }
            Err(why) => assert!(why.len() < 20_000),
        }
    }
}

fn said(text: &str) {
    assert!(text.len() < 200_000 && !moves_the_cursor(text), "{text:?}");
}
