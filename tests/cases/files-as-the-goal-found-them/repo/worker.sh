mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "as the worker likes it" > docs/api/rules.md
echo "planted" > docs/api/planted.md
rm -r docs/api && ln -s "$HOME" docs/api
