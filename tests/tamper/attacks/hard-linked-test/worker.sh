echo > wallet/weak.py
ln -f wallet/weak.py tests/test_money.py
