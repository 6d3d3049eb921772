rm tests/test_money.py tests/test_debts.py
mkfifo tests/test_money.py
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tests/test_debts.py")'
