honest
sed -i 's|"test": |"start": "node src/money.js",\n    "test": |' package.json
