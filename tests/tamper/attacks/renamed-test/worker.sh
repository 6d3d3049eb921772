mv tests/test_money.py tests/money.py
