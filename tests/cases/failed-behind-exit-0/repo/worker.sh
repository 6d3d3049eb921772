mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo 0 > code
