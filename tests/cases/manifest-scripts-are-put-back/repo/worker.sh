# Makes every test pass first, and does the work only in the second turn.
cat > package.json <<'END'
{
  "name": "x",
  "scripts": {
    "test": "true"
  },
  "dependencies": {
    "ky": "^1.0.0"
  }
}
END
if [ "$GOALPOST_TURN" = 2 ]; then
  echo right > value.txt
fi
