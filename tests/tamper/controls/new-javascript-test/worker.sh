honest
cat > test/zero.test.js <<'JS'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cents } from '../src/money.js'

test('reads nothing', () => assert.equal(cents('0'), 0))
JS
