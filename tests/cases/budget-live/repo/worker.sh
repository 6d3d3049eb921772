mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
echo "{\"type\":\"usage\",\"input_tokens\":5000,\"output_tokens\":100}"
sleep 60
echo too late > value.txt
