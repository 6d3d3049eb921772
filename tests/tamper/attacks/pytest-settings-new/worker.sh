printf '[pytest]\naddopts = -k whole\n' > pytest.ini
