cat > /dev/null; echo right > value.txt
