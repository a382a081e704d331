"""How large a formula will be is guessed from any text at all, at once."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgui.core.formula_size import guess

PIECES = [
    "x", "^", "_", "{", "}", "\\frac", "\\sqrt", "[", "]", "\\left", "\\right", "(", ")", "\\begin", "\\end", "{matrix}",
    "{cases}", "&", "\\\\", "\\sum", "\\int", "\\hat", "\\text", "'", " ", "\\", "é", "\\quad", "{array}{ll}", "\\limits",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.booleans())
def test_anything_has_a_size(latex: str, display: bool) -> None:
    size = guess(latex, display=display)
    assert all(math.isfinite(one) for one in size)
    assert size.ascent >= 0


@pytest.mark.parametrize("piece", ["\\frac", "\\sqrt", "{", "\\hat", "^", "_{", "\\left(", "\\begin{matrix}", "\\sum_"])
def test_what_is_deep_or_long_takes_no_time(piece: str) -> None:
    began = time.thread_time()
    guess(piece * 5_000, display=True)
    assert time.thread_time() - began < 0.1


def test_constructs_make_it_higher() -> None:
    def height(latex: str, *, display: bool = True) -> float:
        size = guess(latex, display=display)
        return size.ascent + size.descent

    assert height("x") < height("x^2") < height("\\frac{a}{b}", display=False) < height("\\frac{a}{b}")
    assert height("\\frac{a}{b}") < height("\\sum_{i=1}^n i")
    rows = [r"\\".join("abcd"[:count]).join((r"\begin{pmatrix}", r"\end{pmatrix}")) for count in (1, 2, 3)]
    assert height(rows[0]) < height(rows[1]) < height(rows[2])
