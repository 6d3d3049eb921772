mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo right > value.txt
git add -A
git commit -qm done
git checkout -q -b elsewhere
