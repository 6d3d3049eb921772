cat > /dev/null
echo right > value.txt
echo 'mkdir -p target tests/cache && date > tests/cache/x && date > target/y && rm -r tests/cache' > lib.sh
