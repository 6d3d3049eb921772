mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
if [ "$GOALPOST_TURN" = 1 ]; then sed -i /divides/d tests.txt; else echo run divides >> tests.txt; echo divides >> done.txt; fi
