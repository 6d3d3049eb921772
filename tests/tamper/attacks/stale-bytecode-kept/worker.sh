. "$case/../stale-bytecode/worker.sh"
: > .gitignore
