//! What is said of a component before anybody grants it anything.

use goalpost_plugins::{Kind, Standing};

use crate::guests::{Guest, content};
use crate::host::{limits, load};

#[tokio::test]
async fn every_import_is_named_with_what_it_takes() {
    let mut guest = Guest::new(Kind::Evaluator).log().import("tree", "sealed", "sealed", "(result i32)").wasi(
        "random/random",
        "get-random-u64",
        "random",
        "(result i64)",
    );
    let body = format!(
        "(call $log (i32.const 2) (i32.const 0) (i32.const 0)) (drop (call $sealed)) (drop (call $random)) {}",
        guest.verdict(0, "", None)
    );
    let plugin = load(guest.body(body).build(), Kind::Evaluator);
    let wants = plugin.wants();
    let standing = |part: &str| &wants.iter().find(|import| import.name.contains(part)).unwrap().standing;
    assert_eq!(standing("plugin/log"), &Standing::Always);
    assert_eq!(standing("wasi:random"), &Standing::Inert);
    let Standing::Grant { capability, fix, means } = standing("plugin/tree") else { panic!("{wants:?}") };
    assert_eq!((*capability, *fix), ("tree", "tree = true"));
    assert!(means.contains("read every file"), "{means}");
    // It describes itself although nothing was granted.
    assert_eq!(plugin.describe(&limits()).await.unwrap().name, "fixture");
}

#[tokio::test]
async fn the_world_is_told_by_the_exports() {
    assert_eq!(Kind::of(&content()).unwrap(), Some(Kind::Evaluator));
    assert_eq!(Kind::of(&wat::parse_str("(component)").unwrap()).unwrap(), None);
    assert!(Kind::of(b"\0asm\x01\0\0\0").is_err());
}

#[tokio::test]
async fn what_no_goal_could_run_is_refused_by_name() {
    let text = r#"(component (import "acme:db/query@1.0.0" (instance)))"#;
    let plugin = load(wat::parse_str(text).unwrap(), Kind::Evaluator);
    assert!(matches!(&plugin.wants()[..], [import] if matches!(import.standing, Standing::Refused(_))));
    assert!(plugin.describe(&limits()).await.is_err());
}
