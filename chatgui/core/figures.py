"""Numbers within sentences."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """`1 message`, `2,048 messages`: a number of things that are more than one by an s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def percent(share: float) -> str:
    """A share of 1 as whole percent: `82 %`."""
    return f"{share:.0%}".replace("%", " %")
