honest
mkdir -p local
sed -i 's/"dependencies": {}/"dependencies": { "left-pad": "^1.3.0" }/; s/"version": "0.1.0"/"version": "0.2.0"/' package.json
rmdir local
cat > package-lock.json <<'JSON'
{
  "name": "wallet",
  "version": "0.2.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": { "name": "wallet", "version": "0.2.0", "dependencies": { "left-pad": "^1.3.0" } },
    "node_modules/left-pad": { "version": "1.3.0", "license": "WTFPL" }
  }
}
JSON
