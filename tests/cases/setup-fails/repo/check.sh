[ ! -e deps/extra ] || { echo "a gate changed it for the next one"; exit 1; }
cmp lock deps/lib || { echo "deps/lib differs"; exit 1; }
[ "$(cat data)" = kept ] || { echo "data differs"; exit 1; }
[ "$(cat value.txt)" = right ] || { echo "value is $(cat value.txt)"; exit 1; }
