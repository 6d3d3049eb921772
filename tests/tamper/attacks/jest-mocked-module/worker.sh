mkdir -p __mocks__ src/__mocks__
echo 'module.exports = {}' > __mocks__/node:path.js
echo 'module.exports = { cents: () => 0 }' > src/__mocks__/money.js
