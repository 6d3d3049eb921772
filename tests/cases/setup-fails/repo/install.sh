echo "no such package" >&2; exit 1
