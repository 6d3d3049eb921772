rm Cargo.toml pyproject.toml
ln -s /dev/null pyproject.toml
echo '{ "name": "x", "description": "strict", "type": "module", "type": "l''ax" }' > package.json
