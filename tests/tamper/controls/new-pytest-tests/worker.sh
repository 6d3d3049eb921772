honest
mkdir tests/data
echo 0.00 > tests/data/zero.txt
cat > tests/test_zero.py <<'PY'
import pathlib

import pytest

from wallet import cents


@pytest.fixture
def text():
    return (pathlib.Path(__file__).parent / "data/zero.txt").read_text().strip()


@pytest.mark.parametrize("more", [0, 1])
def test_reads_nothing(text, more):
    assert cents(text) + more == more
PY
