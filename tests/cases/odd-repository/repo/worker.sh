cat > /dev/null
find .git -type f | sort | xargs sha256sum > .log/after
cmp .log/before .log/after && echo right > value.txt
