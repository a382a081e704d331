"""Cutting growing Markdown into blocks: the same blocks however the text comes in."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatgui.core.markdown import Source, Splitter, blocks

PIECES = (
    "# Head\n", "para *em* and `code`\n", "more text\n", "\n", "\n\n", "- a\n", "- b\n", "  - nested\n", "* other\n", "1. one\n", "2. two\n",
    "7) seven\n", "    indented\n", "  two\n", "> quote\n", "> > deep\n", "lazy\n", "```py\n", "x = 1\n", "```\n", "~~~\n", "````\n", "| a | b |\n",
    "|---|:-:|\n", "| 1 | 2 |\n", "|", "---\n", "***\n", "===\n", "<div>\n", "</div>\n", "<!-- c\n", "-->\n", "[x]: /url\n", "[x]\n", '"title"\n',
    '"title\n', 'end"\n', "[^1]: note\n", "see[^1]\n", "$$\n", "\\[\n", "\\]\n", "a + b\n", "- c = d\n", "$$x$$\n", "$$x$$ and more\n", "word ", "é 😀 ", "- ", "#",
    "`", "**", "- [ ] task\n", "\t", " ", "1", ".", "[^2]:\n", "[y]:\n", "/there\n", "| p\n", ":-\n", "<b>\n", "```", "$$ | b\n", "-|-\n", "\\", "(t)\n", "> ```\n", "- ```\n",
)  # fmt: skip
documents = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


def grown(text: str, cuts: list[int]) -> list[Source]:
    splitter = Splitter()
    at = 0
    for cut in cuts:
        splitter.feed(text[at : at + cut])
        at += cut
    splitter.feed(text[at:])
    splitter.end()
    return splitter.closed


@given(documents, st.lists(st.integers(1, 9), max_size=60))
@settings(max_examples=600, deadline=None)
@example('[x]: /u\n"title\nmore"\n\nnext\n', [1] * 60)
@example("Hence\n$$\na\n---\n", [1] * 60)
def test_blocks_are_the_same_however_the_text_comes(text: str, cuts: list[int]) -> None:
    whole = blocks(text)
    assert grown(text, cuts) == whole
    if text.strip():
        assert "".join(one.markdown for one in whole) == text
