honest
sed -i 's/^    def test/\n&/' tests/test_money.py
