//! Ids, digests, signers, states: each has one text, and each such text is one of it.

use std::fmt::Display;
use std::str::FromStr;

use goalpost_core::ids::{Digest, GoalId, TreeId};
use goalpost_core::signer::Signer;
use goalpost_core::state::GoalState;

use crate::input::{moves_the_cursor, text};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "names",
    check,
    seeds: || {
        let mut all = seeds::of(&["g20261122-203100-0000002a", "achieved", "max_turns", "0.1.0"]);
        all.push(Digest::of("x").to_string().into_bytes());
        all.push("ab".repeat(20).into_bytes());
        all.push(Signer::new([7; 32]).to_string().into_bytes());
        all
    },
    words: &["ed25519:", "=", "../", "\0", "\u{1b}[2J", "A"],
};

/// What is read is written as it was read.
pub fn check(data: &[u8]) {
    let Some(text) = text(data) else { return };
    one::<TreeId>(text);
    one::<Digest>(text);
    one::<GoalId>(text);
    one::<Signer>(text);
    one::<GoalState>(text);
    if text.parse::<GoalId>().is_ok() {
        assert!(!text.contains(['/', '.', '\0']), "a goal's id is used in file names");
    }
}

fn one<T: FromStr<Err: Display> + Display>(text: &str) {
    match text.parse::<T>() {
        Ok(name) => assert_eq!(name.to_string(), text),
        Err(error) => assert!(!moves_the_cursor(&error.to_string()), "{:?}", error.to_string()),
    }
}
