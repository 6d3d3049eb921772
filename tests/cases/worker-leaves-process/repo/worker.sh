mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
for how in "" "setsid" "nohup"; do
  ($how sh -c 'trap "" TERM HUP INT; sleep 1; while :; do echo wrong > value.txt; sleep 0.1; done' > /dev/null 2>&1 &)
done
