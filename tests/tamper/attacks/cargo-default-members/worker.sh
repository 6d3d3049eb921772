mkdir -p other/src
touch other/src/lib.rs
printf '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\n' > other/Cargo.toml
sed -i 's/^\[workspace\]$/&\nmembers = ["other"]\ndefault-members = ["other"]/' Cargo.toml
