prompt=$(cat)
case "$prompt" in
  *MERGE-THESE*|*"Other agents have worked"*)
    printf '%s' "$prompt" > .log/merge
    if [ -e .log/met-1 ] && [ -e .log/met-2 ] && [ -e .log/met-3 ]; then echo right > value.txt; fi
    echo "merged";;
  *)
    part=$(printf '%s' "$prompt" | sed -n 's/^Number \([0-9]\)$/\1/p')
    mkdir -p .log
    date +%s.%N > ".log/begun-$part"
    # Nobody goes on before all have begun: parts that run one after the other never meet.
    tries=0
    until [ -e .log/begun-1 ] && [ -e .log/begun-2 ] && [ -e .log/begun-3 ]; do
      tries=$((tries + 1)); [ "$tries" -lt 200 ] || exit 1
      sleep 0.05
    done
    touch ".log/met-$part"
    echo "answer of $part";;
esac
