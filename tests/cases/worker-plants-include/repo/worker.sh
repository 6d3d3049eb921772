mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
if [ "$GOALPOST_TURN" = 1 ]; then
  echo almost > value.txt
  printf '[include]\npath = config\n[core]\nworktree = /\nbare = true\nignoreCase = true\nexcludesFile = %s/all\n' "$PWD" >> .git/config
  echo '*' > all
else
  echo right > value.txt
  echo '[[[' > .git/config
  echo 'garbage' > .git/HEAD
  echo 'garbage' > .git/index
fi
