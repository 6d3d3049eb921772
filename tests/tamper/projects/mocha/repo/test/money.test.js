const assert = require('node:assert')
const { cents } = require('../src/money')

describe('money', () => {
  it('reads whole and part', () => assert.equal(cents('12.34'), 1234))
  it('reads a part of one digit', () => assert.equal(cents('12.5'), 1250))
  it('reads thousands', () => assert.equal(cents('1,234.50'), 123450))
  it('reads what is owed', () => assert.equal(cents('-0.05'), -5))
})
