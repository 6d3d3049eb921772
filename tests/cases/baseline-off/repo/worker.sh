mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
sed -i /divides/d tests.txt
