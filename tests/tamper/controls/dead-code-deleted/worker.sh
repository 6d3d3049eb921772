honest
rm wallet/old.py
