cat > goalpost.toml <<'TOML'
[goal]
objective = "Nothing."
budget    = { unlimited = true }

[worker]
command = ["true"]

[[gate]]
name    = "tests"
command = ["true"]
TOML
