mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
printf 'def test_three():\n    assert 3 + 3 == 6\n' > test_more.py
