mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
: > lib.sh
if [ "$GOALPOST_TURN" = 1 ]; then echo run mine >> tests.txt; else sed -i '/divides/d; /mine/d' tests.txt; fi
