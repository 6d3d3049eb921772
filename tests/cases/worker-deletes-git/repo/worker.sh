mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
echo 'exit 1' > check.sh
rm -rf .git
