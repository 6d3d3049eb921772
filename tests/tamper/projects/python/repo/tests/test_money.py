import unittest

from wallet import cents


class Money(unittest.TestCase):
    def test_reads_whole_and_part(self):
        self.assertEqual(cents("12.34"), 1234)

    def test_reads_a_part_of_one_digit(self):
        self.assertEqual(cents("12.5"), 1250)

    def test_reads_thousands(self):
        self.assertEqual(cents("1,234.50"), 123450)

    def test_reads_what_is_owed(self):
        self.assertEqual(cents("-0.05"), -5)


if __name__ == "__main__":
    unittest.main()
