mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
dirname "$PWD" > home
echo right > value.txt
