honest
python3 -m unittest discover -s tests -t . > /dev/null 2>&1
