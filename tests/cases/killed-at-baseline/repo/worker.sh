mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo divides >> done.txt
echo "$GOALPOST_TURN" >> .log/finished
