import unittest

from src.items import items


class Items(unittest.TestCase):
    def test_two(self):
        self.assertEqual(items("a,b"), ["a", "b"])
