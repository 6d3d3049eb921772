honest
cp test/money.test.js test/amounts.test.js
