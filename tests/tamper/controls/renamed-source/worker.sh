honest
mv wallet/money.py wallet/amounts.py
sed -i 's/wallet.money/wallet.amounts/' wallet/__init__.py
