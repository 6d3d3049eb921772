honest
mkdir -p docs scripts
echo '# Amounts' > docs/amounts.md
printf '\n`cents` reads thousands.\n' >> README.md
printf '#!/bin/sh\npython3 -c "import wallet"\n' > scripts/show.sh
chmod +x scripts/show.sh
chmod +x wallet/money.py
printf '"""Writes amounts."""\n\n\ndef shown(cents: int) -> str:\n    return f"{cents / 100:.2f}"\n' > wallet/show.py
