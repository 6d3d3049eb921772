rm tests/test_money.py
