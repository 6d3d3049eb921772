cat > /dev/null
find .git -type f | sort | xargs sha256sum | cmp - ../before && echo right > value.txt
