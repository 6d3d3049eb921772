printf '\nimport signal\nimport time\n\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(5)\n' >> wallet/__init__.py
