"""Where a text is cut that is too long for one piece."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatgui.core.pieces import cut_at, pieces


def test_behind_a_line_else_a_word_else_anywhere() -> None:
    assert cut_at("one two\nthree four") == 18 - len("four")
    assert cut_at("one two three\nfour five") == len("one two three\n")
    assert cut_at("one two three\n\nfour") == len("one two three\n")  # the empty line begins what follows
    assert cut_at("x" * 9) == 9
    assert list(pieces("one two three four", 10)) == ["one two ", "three four"]
    assert list(pieces("", 10)) == [""]


@given(st.text(alphabet="ab \n", max_size=80), st.integers(1, 20))
def test_nothing_is_lost(text: str, size: int) -> None:
    made = list(pieces(text, size))
    assert "".join(made) == text
    assert all(0 < len(piece) <= size for piece in made) or not text
