mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
if [ "$GOALPOST_TURN" = 2 ]; then mkdir docs; echo "a page" > docs/value.md; echo "The right value." > CHANGES; fi
