#!/bin/sh
# A scripted agent: no model, no network. It stands for an agent that first weakens the tests, then mends half, then all.
# Like every agent it reads its prompt on standard input; it answers in Goalpost's plain worker protocol, a JSON object a line.
set -eu
prompt=$(cat)
turn=$GOALPOST_TURN

say() { printf '{"type":"message","text":"%s"}\n' "$1"; }

case $turn in
1) say "The hard cases fail. I make those tests pass." ;;
2) say "My edits of the tests were put back. I write a real parser instead." ;;
3) say "The feedback names what is left: numbers that are missing or too large." ;;
*) say "BLOCKED: this script knows three turns"; exit 0 ;;
esac
git apply "agent/turn-$turn.patch"
printf '{"type":"usage","input_tokens":%d,"output_tokens":%d}\n' "${#prompt}" $((turn * 300))
