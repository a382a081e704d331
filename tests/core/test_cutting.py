"""Long texts cut a little at a time, and what stands at an end before they are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.core import cutting as module
from chatgui.core.cutting import Cutting, Ends, Script, cut
from chatgui.core.markdown import Source
from tests.core.test_literal import LINES
from tests.core.test_markdown import documents
from tests.core.test_markdown_long import LONG

REGULAR = {
    "paragraphs": "Words of a paragraph, with *stress*.\n\n" * 3_000,
    "tiny paragraphs": "a\n\n" * 30_000,
    "items": "- item\n" * 20_000,
    "numbers": "".join(f"{n}. item\n" for n in range(1, 15_000)),
    "items apart": "- item\n\n  more\n\n" * 6_000,
    "headings": "# a\n" * 20_000,
    "formulas": "$$x^2$$\n\n" * 10_000,
    "code between": "Words.\n\n```py\nx = 1\n\ny = 2\n```\n\n" * 3_000,
    "one long code": "Words.\n\n```py\n" + "x = 1\n\n" * 20_000 + "```\n",
    "one line": "Words.\n\n" + "word " * 60_000,
    "lines": "Words.\n\n" + "a line of words\n" * 20_000,
    "a table": "Words.\n\n| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 30_000,
    "a table of many": "| a | b |\n|---|---|\n| 1 | 2 |\n\n" * 5_000,
    "right to left": "المد والجزر " * 20_000,
}


def slowly(parts: list[Script]) -> list[Source]:
    cutting = Cutting(parts)
    while not cutting.done:
        known = len(cutting.sources)
        before = cutting.sources.copy()
        cutting.step()
        others = [n for n in range(known) if before[n] is not cutting.sources[n]]
        assert set(others) <= set(cutting.changed)
    return cutting.sources


@given(st.lists(documents, max_size=2), st.lists(st.sampled_from(LINES), max_size=20).map("".join))
@settings(max_examples=100, deadline=None)
def test_slowly_cut_it_is_what_it_is_at_once(texts: list[str], words: str) -> None:
    parts = [*map(Script, texts), Script(words, is_plain=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NEAR", 12)
        assert slowly(parts) == cut(parts)


@pytest.mark.parametrize("name", REGULAR)
@pytest.mark.parametrize("is_plain", [False, True])
def test_what_stands_at_the_end_is_known_without_reading_the_rest(
    name: str, is_plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [Script(REGULAR[name], is_plain)]
    whole, ends = cut(parts), Ends(parts)
    monkeypatch.setattr(module, "cut", None)
    end = ends.length if not is_plain else sum(len(one.markdown) for one in whole)
    at = len(whole)
    for _ in range(4):
        end, sources = ends.above(end)
        assert whole[at - len(sources) : at] == sources
        assert end == sum(len(one.markdown) for one in whole[: at - len(sources)])
        at -= len(sources)
        assert sources or not end


@given(documents, st.booleans())
@settings(max_examples=200, deadline=None)
def test_going_up_ends_at_the_beginning(text: str, is_plain: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NEAR", 12)
        ends = Ends([Script(text, is_plain)])
        end, joined = ends.length, ""
        while end > 0:
            above, sources = ends.above(end)
            assert above < end
            joined = "".join(one.markdown for one in sources) + joined
            end = above
    assert joined.split() == text.split()


@pytest.mark.parametrize("name", LONG)
def test_hostile_ends_are_found_too(name: str) -> None:
    ends = Ends([Script(LONG[name]), Script("More.")])
    assert ends.text(ends.length - 6, ends.length) == LONG[name][-1] + "More."
    end = ends.length
    chance = random.Random(1)
    for _ in range(chance.randint(2, 4)):
        end, _ = ends.above(end)
    assert end < ends.length
