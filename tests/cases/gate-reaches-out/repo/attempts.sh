sh check-value.sh || exit 1
# The home of whoever runs the goal, which a gate is not told.
home=$(cat home)
yes_no() { if "$@" > /dev/null 2>&1; then printf yes; else printf no; fi; }
reads() { cat "$1"; }
writes() { echo x > "$1"; }
lists() { [ -n "$(ls -A "$1")" ]; }
# A datagram socket is connected without a packet: it only takes a route.
net() { bash -c 'exec 3<> /dev/udp/192.0.2.1/9'; }
writes "$home/out" 2> /dev/null
writes "$home/workspace/value.txt" 2> /dev/null
echo "read $(yes_no reads "$home/.secret"), ssh $(yes_no reads "$home/.ssh/id"), state $(yes_no lists "$home/state/goalpost"), net $(yes_no net)"
