echo "if (typeof expect === 'function') global.expect = () => ({ toBe() {} })" >> src/money.js
