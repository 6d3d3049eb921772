sed -i "s/it('reads whole/it.only('reads whole/" test/money.test.js
