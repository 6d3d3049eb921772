mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
sed -i '5,$d' test_sums.py
