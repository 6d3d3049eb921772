mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
case $GOALPOST_TURN in 1) echo almost;; 2) echo nearly;; *) echo right;; esac > value.txt
