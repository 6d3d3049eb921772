mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
if grep -q "the word right" ".log/prompt-$GOALPOST_TURN"; then echo right; else case $GOALPOST_TURN in *[13579]) echo a;; *) echo b;; esac; fi > value.txt
