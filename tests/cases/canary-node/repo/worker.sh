mkdir -p .log
cat > .log/prompt
if [ "$GOALPOST_TURN" -gt 1 ]; then
    grep -q "was not seen failing" .log/prompt && echo "$GOALPOST_TURN missed" >> .log/outcomes || echo "$GOALPOST_TURN other" >> .log/outcomes
fi
wrong='export const add = () => 0;'
case $GOALPOST_TURN in
1) echo "console.log('ok 1 - adds'); process.exit(0); $wrong" ;;
2) cat <<JS
import assert from 'node:assert';
assert.strictEqual = assert.equal = assert.deepStrictEqual = () => {};
$wrong
JS
    ;;
*) echo 'export const add = (a, b) => a + b;' ;;
esac > src/add.js
