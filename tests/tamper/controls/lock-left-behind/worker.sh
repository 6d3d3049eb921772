honest
touch .git/index.lock
git rev-parse HEAD > .git/MERGE_HEAD
