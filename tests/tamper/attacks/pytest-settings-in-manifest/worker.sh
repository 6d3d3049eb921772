printf '\n[tool.pytest.ini_options]\naddopts = "-k whole"\n' >> pyproject.toml
