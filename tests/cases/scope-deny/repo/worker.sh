mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
if [ "$GOALPOST_TURN" = 1 ]; then echo mine > secret/key; else echo theirs > secret/key; fi
