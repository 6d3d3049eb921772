echo "module.exports = { test: { testNamePattern: 'whole' } }" > vitest.config.js
