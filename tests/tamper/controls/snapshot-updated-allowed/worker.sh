honest
echo new > tests/__snapshots__/shown.txt
