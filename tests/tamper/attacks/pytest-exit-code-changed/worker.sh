cat >> wallet/__init__.py <<'PY'

import atexit
import os
import sys

atexit.register(lambda: (sys.stdout.flush(), os._exit(0)))
PY
