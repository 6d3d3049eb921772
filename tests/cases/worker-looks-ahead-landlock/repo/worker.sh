mkdir -p .log
cat > ".log/prompt-$GOALPOST_TURN"
git cat-file --batch-all-objects --batch | tr -cd '\n -~' > .log/objects
git stash list > .log/stash; git reflog > .log/reflog; git branch -a > .log/branches
grep -a -r 'the [a]nswer is' .git ../*/.git ../*.git > .log/found 2>/dev/null
git log --format=%s > .log/log
echo right > value.txt
git status --porcelain > .log/status
git add -A
git commit -qm done && git log -1 --format=%s > .log/committed
