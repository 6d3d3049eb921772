honest
mkdir tests/data
echo '1,234.50' > tests/data/amounts.txt
cat > tests/test_files.py <<'PY'
import pathlib
import unittest

from wallet import cents


class Files(unittest.TestCase):
    def test_reads_every_line(self):
        text = (pathlib.Path(__file__).parent / "data/amounts.txt").read_text()
        self.assertEqual([cents(line) for line in text.split()], [123450])
PY
