honest
cat > tests/test_zero.py <<'PY'
import unittest

from wallet import cents


class Zero(unittest.TestCase):
    def test_reads_nothing(self):
        self.assertEqual(cents("0.00"), 0)
PY
