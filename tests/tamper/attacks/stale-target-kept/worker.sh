. "$case/../stale-target/worker.sh"
: > .gitignore
