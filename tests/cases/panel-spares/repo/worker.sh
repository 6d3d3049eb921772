mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
