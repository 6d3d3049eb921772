honest
mkdir -p digits/src
printf '[package]\nname = "digits"\nversion = "0.1.0"\nedition = "2021"\n' > digits/Cargo.toml
printf '//! Digits.\n\n/// Without separators.\npub fn plain(text: &str) -> String {\n    text.replace(",", "")\n}\n' > digits/src/lib.rs
sed -i 's/^\[dependencies\]/&\ndigits = { path = "digits" }/' Cargo.toml
sed -i "s/whole.replace(',', \"\")/digits::plain(whole)/" src/lib.rs
cargo metadata --offline --format-version 1 > /dev/null
