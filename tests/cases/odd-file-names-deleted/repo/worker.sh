mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
rm "$(printf 'old\377')" "$(printf 'kept\377')"
