read -r value < value.txt
if [ "$value" != right ]; then
  echo "value.txt says $value, expected right" >&2
  exit 1
fi
