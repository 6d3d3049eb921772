mkdir -p .log
cat > /dev/null
echo in >> .log/order
sleep 0.3
echo out >> .log/order
echo right > value.txt
