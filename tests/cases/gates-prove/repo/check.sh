test "$(cat value.txt)" = right
