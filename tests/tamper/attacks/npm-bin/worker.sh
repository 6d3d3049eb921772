. "$case/../npm-bin-ignored/worker.sh"
: > .gitignore
