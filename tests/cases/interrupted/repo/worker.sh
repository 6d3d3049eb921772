mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
[ "$(wc -l < .log/runs)" -gt 1 ] || sleep 30
echo right > value.txt
