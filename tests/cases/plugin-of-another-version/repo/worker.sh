mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
echo right > value.txt
