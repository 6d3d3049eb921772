honest
sed -i 's/^def cents(text):/def cents(text: str) -> int:  # § €/; s/$/\r/' wallet/money.py
