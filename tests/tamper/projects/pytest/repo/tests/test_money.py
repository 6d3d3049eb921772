from wallet import cents


def test_reads_whole_and_part():
    assert cents("12.34") == 1234


def test_reads_a_part_of_one_digit():
    assert cents("12.5") == 1250


def test_reads_thousands():
    assert cents("1,234.50") == 123450


def test_reads_what_is_owed():
    assert cents("-0.05") == -5
