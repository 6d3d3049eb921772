const { cents } = require('../src/money')

describe('money', () => {
  it('reads whole and part', () => expect(cents('12.34')).toBe(1234))
  it('reads a part of one digit', () => expect(cents('12.5')).toBe(1250))
  it('reads thousands', () => expect(cents('1,234.50')).toBe(123450))
  it('reads what is owed', () => expect(cents('-0.05')).toBe(-5))
})
