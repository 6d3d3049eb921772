# Anything that a hidden gate's files, or their echo, could have been left in.
! grep -rl "SECR[E]T" . /tmp /var/tmp ~ 2>/dev/null
