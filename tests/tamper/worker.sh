# The scripted worker of a case. $1 is the project's folder, $2 the case's.
#
# The first turn is the case's own `worker.sh`. In the second, honest work is laid over whatever the first one left.
set -eu
project=$1
case=$2

# Does the work: lays the project's own solution over the workspace.
honest() {
  cp -R "$project/honest/." .
}

# A folder that is not part of the workspace.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Commits all of the work, as an agent would.
commit() {
  git -c user.name=worker -c user.email=worker@example.invalid commit -q "$@"
}

cat > /dev/null
case $GOALPOST_TURN in
  1) . "$case/worker.sh" ;;
  *) honest ;;
esac
