mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
if [ "$GOALPOST_TURN" = 1 ]; then echo almost; else echo right; fi > value.txt
