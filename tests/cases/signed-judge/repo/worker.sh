mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
rm -f goalpost.lock
[ "$(wc -l < .log/runs)" -gt 1 ] || sleep 10
echo right > value.txt
