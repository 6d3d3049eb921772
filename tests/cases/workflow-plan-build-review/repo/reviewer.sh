cat > /dev/null
if echo review >> .log/order 2> /dev/null; then exit 1; fi
if grep -qx right value.txt; then
  echo '{"outcome":"accepted","feedback":"fine"}'
else
  echo '{"outcome":"changes-requested","feedback":"THE-REVIEW it says almost"}'
fi
