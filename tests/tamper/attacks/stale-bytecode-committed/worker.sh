. "$case/../stale-bytecode/worker.sh"
git add -f tests/__pycache__
commit -m work
