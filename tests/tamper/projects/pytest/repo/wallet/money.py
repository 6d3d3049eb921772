"""Reads amounts."""


def cents(text):
    """The cents of an amount such as `1,234.50`."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part)
