"""Amounts of money, in cents."""

from wallet.money import cents

__all__ = ["cents"]
