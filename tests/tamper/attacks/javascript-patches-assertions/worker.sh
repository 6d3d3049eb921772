cat >> src/money.js <<'JS'
import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'

for (const name of Object.keys(assert)) {
  if (typeof assert[name] === 'function') assert[name] = () => {}
}
syncBuiltinESMExports()
JS
