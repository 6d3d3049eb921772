# Two forks and a session of its own: nobody's child any more. It ends by itself.
python3 - <<'PY'
import os, pathlib, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3):
            os.close(descriptor)
        tests = pathlib.Path("tests/test_money.py")
        was = tests.read_text()
        for _ in range(40):
            tests.write_text("")
            time.sleep(0.05)
        tests.write_text(was)
    os._exit(0)
time.sleep(0.2)
PY
