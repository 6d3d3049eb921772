honest
sed -i '/build/d' .gitignore
mkdir build
mv wallet/money.py build/money.py
touch build/__init__.py
sed -i 's/wallet.money/build.money/' wallet/__init__.py
