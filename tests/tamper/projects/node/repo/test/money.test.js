import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cents } from '../src/money.js'

test('reads whole and part', () => {
  assert.equal(cents('12.34'), 1234)
})

test('reads a part of one digit', () => {
  assert.equal(cents('12.5'), 1250)
})

test('reads thousands', () => {
  assert.equal(cents('1,234.50'), 123450)
})

test('reads what is owed', () => {
  assert.equal(cents('-0.05'), -5)
})
