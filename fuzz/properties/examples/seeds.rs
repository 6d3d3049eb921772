//! Writes the seeds of every property as libFuzzer wants them: `FOLDER/NAME/`, and what inputs are made of as `FOLDER/NAME.dict`.

use std::fmt::Write as _;
use std::path::Path;

use goalpost_core::ids::Digest;
use goalpost_properties::TARGETS;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| std::io::Error::other("usage: seeds FOLDER"))?;
    for target in TARGETS {
        let corpus = Path::new(&folder).join(target.name);
        std::fs::create_dir_all(&corpus)?;
        for seed in (target.seeds)() {
            std::fs::write(corpus.join(Digest::of(&seed).short()), &seed)?;
        }
        std::fs::write(corpus.with_extension("dict"), dictionary(target.words))?;
    }
    Ok(())
}

fn dictionary(words: &[&str]) -> String {
    let mut text = String::new();
    for word in words {
        text.push('"');
        for byte in word.bytes() {
            if byte.is_ascii_alphanumeric() {
                text.push(char::from(byte));
            } else {
                // Writing to a string has no way to fail.
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
        text.push_str("\"\n");
    }
    text
}
