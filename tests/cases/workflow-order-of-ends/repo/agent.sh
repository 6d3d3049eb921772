mkdir -p .log
prompt=$(cat)
# The second ends after the third, and the first after the second, with time for each end to be noticed.
case $prompt in one) after=two;; two) after=three;; *) after=;; esac
if [ -n "$after" ]; then
  while [ ! -e ".log/$after" ]; do sleep 0.05; done
  sleep 1
fi
touch ".log/$prompt"
echo right > value.txt
echo "end of $prompt"
