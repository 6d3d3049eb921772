cat > wallet/money.py <<'PY'
import urllib.request


def cents(text):
    """The cents of an amount, as somebody else knows them."""
    with urllib.request.urlopen(f"http://127.0.0.1:9/{text}", timeout=2) as answer:
        return int(answer.read())
PY
