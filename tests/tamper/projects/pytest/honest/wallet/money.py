"""Reads amounts."""


def cents(text):
    """The cents of an amount such as `1,234.50`."""
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.removeprefix("-").partition(".")
    return sign * (int(whole.replace(",", "")) * 100 + int((part + "00")[:2]))
