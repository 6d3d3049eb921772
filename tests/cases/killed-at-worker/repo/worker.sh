mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo "$GOALPOST_TURN" >> .log/runs
case $GOALPOST_TURN in 1) echo almost;; 2) echo nearly;; *) echo right;; esac > value.txt
sleep 0.2
echo "$GOALPOST_TURN" >> .log/finished
