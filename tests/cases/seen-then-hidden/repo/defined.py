def adds():
    pass


def subtracts():
    pass


def divides():
    pass
