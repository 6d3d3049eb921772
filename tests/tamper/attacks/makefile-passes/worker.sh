printf '.PHONY: test\n\ntest:\n\t@true\n' > Makefile
