mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
echo marked > marker
rm kept
printf 'marker\nkept\n' >> .gitignore
printf 'marker\nkept\n' >> .git/info/exclude
git update-index --assume-unchanged marker
git update-index --skip-worktree kept
