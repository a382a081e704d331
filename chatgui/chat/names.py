"""Names people give to what they keep: none is given twice, whatever its case."""

from __future__ import annotations

from collections.abc import Iterable


def is_taken(name: str, others: Iterable[str]) -> bool:
    """Whether one of the others has this name."""
    return name.casefold() in {one.casefold() for one in others}


def free_name(name: str, others: Iterable[str]) -> str:
    """This name, with the first number behind it that makes it another one where it is taken."""
    taken = {one.casefold() for one in others}
    names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    return next(one for one in names if one.casefold() not in taken)
