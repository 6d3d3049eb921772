mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
git update-index --assume-unchanged value.txt
git update-index --skip-worktree value.txt
echo value.txt >> .gitignore
echo right > value.txt
