#!/bin/sh
# Writes JUnit XML, and prints nothing that could be read: a test a line of tests.txt, which passes when done.txt names it.
failed=0
mkdir -p out
{
  echo '<testsuite>'
  while read -r _ name; do
    if grep -qx "$name" done.txt; then
      echo "<testcase name=\"$name\"/>"
    else
      echo "<testcase name=\"$name\"><failure message=\"not done\"/></testcase>"
      failed=1
    fi
  done < tests.txt
  echo '</testsuite>'
} > "${REPORT:-out/junit.xml}"
exit $failed
