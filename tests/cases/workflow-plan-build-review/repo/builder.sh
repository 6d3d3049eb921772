mkdir -p .log
echo build >> .log/order
round=$(wc -l < .log/order | tr -d ' ')
cat > ".log/build-$round"
if [ "$round" = 1 ]; then echo almost > value.txt; echo "the first build"; else echo right > value.txt; echo "the second build"; fi
