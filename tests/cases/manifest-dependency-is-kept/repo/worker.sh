cat > package.json <<'END'
{
  "name": "x",
  "scripts": {
    "test": "vitest run"
  },
  "dependencies": {
    "ky": "^1.0.0"
  }
}
END
