cat > /dev/null
if echo planned > value.txt 2> /dev/null; then exit 1; fi
echo "THE-PLAN write right into value.txt"
