honest
mkdir tests/unit
touch tests/unit/__init__.py
mv tests/test_money.py tests/unit/test_amounts.py
