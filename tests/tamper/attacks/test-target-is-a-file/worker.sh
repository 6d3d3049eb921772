touch test
