#!/bin/sh
# prepare.sh DIR: puts the published source of the crate `heck` 0.5.0 into DIR, breaks it in two places, and lays the goal
# beside it. The source comes from crates.io through cargo; nothing of it is kept here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir "$1"
cd "$1"
fetch=$(mktemp -d)
trap 'rm -rf "$fetch"' EXIT
mkdir "$fetch/src"
: > "$fetch/src/lib.rs"
printf '[package]\nname = "fetch"\nedition = "2021"\n\n[dependencies]\nheck = "=0.5.0"\n\n[workspace]\n' > "$fetch/Cargo.toml"
manifest=$(cargo metadata --quiet --format-version 1 --manifest-path "$fetch/Cargo.toml" |
    sed -n 's/.*"manifest_path":"\([^"]*heck-0\.5\.0\/Cargo\.toml\)".*/\1/p')
source=$(dirname "$manifest")
cp -R "$source/src" "$source/LICENSE-MIT" "$source/LICENSE-APACHE" "$source/README.md" .
cp "$source/Cargo.toml" .
cp -R "$here/agent" "$here/goalpost.toml" .
printf '/target\nCargo.lock\n' > .gitignore
git init -q .
git apply agent/break.patch
git add -A
git -c user.name=example -c user.email=example@example.invalid commit -q -m "heck 0.5.0, broken in two places"
