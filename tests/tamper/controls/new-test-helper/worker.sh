honest
mkdir tests/support
printf 'def amounts():\n    return ["1.00", "2,000.00"]\n' > tests/support/__init__.py
cat > tests/test_many.py <<'PY'
import unittest

from tests.support import amounts
from wallet import cents


class Many(unittest.TestCase):
    def test_reads_them_all(self):
        self.assertEqual([cents(text) for text in amounts()], [100, 200000])
PY
