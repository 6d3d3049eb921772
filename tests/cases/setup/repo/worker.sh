mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
[ "$GOALPOST_TURN" -eq 1 ] || { echo two > lock; echo right > value.txt; }
