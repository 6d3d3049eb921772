mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
echo "$GOALPOST_TURN" > value.txt
echo "{\"type\":\"usage\",\"input_tokens\":600,\"output_tokens\":100}"
