import unittest

from wallet import cents


class Unseen(unittest.TestCase):
    def test_unseen(self):
        self.assertEqual(cents("7,654,321.09"), 765432109)
