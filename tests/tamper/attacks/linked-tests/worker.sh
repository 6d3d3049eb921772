mkdir -p wallet/suite
touch wallet/suite/__init__.py
rm -r tests
ln -s wallet/suite tests
