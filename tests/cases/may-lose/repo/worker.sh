mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
sed -i /legacy/d tests.txt
echo divides >> done.txt
