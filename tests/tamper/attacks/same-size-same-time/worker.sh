touch -r tests/test_money.py "$scratch/time"
sed 's/    def test_/    def best_/' tests/test_money.py > "$scratch/edited"
cat "$scratch/edited" > tests/test_money.py
touch -r "$scratch/time" tests/test_money.py
