#!/bin/sh
# A scripted agent: it mends one fault a turn, guided by what the tests said.
set -eu
prompt=$(cat)
case $GOALPOST_TURN:$prompt in
1:*) fault=sigma ;;
*'assertion `left == right` failed'*) fault=acronyms ;;
*) echo "BLOCKED: the feedback does not say what failed"; exit 0 ;;
esac
printf '{"type":"message","text":"I mend the handling of %s."}\n' "$fault"
git apply "agent/mend-$fault.patch"
printf '{"type":"usage","input_tokens":%d,"output_tokens":200}\n' "${#prompt}"
