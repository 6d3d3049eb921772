#!/bin/sh
# Prints TAP: a test a line of tests.txt, which passes when done.txt names it; `skip NAME` skips it.
n=0
failed=0
while read -r word name; do
  n=$((n + 1))
  if [ "$word" = skip ]; then
    echo "ok $n - $name # SKIP by tests.txt"
  elif grep -qx "$name" done.txt; then
    echo "ok $n - $name"
  else
    echo "not ok $n - $name"
    failed=1
  fi
done < tests.txt
echo "1..$n"
exit $failed
