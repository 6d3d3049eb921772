import unittest

from src.value import VALUE


class Value(unittest.TestCase):
    def test_value(self):
        self.assertEqual(VALUE, 1)
