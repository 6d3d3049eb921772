honest
sed -i 's/^dependencies = .*/dependencies = ["babel>=2"]/; s/^version = .*/version = "0.2.0"/' pyproject.toml
