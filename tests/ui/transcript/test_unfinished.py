"""While an answer grows nothing flashes and nothing jumps: what is shown of well-formed text is always a beginning of what it
becomes, in the same place, and never takes less room than a frame before."""

from __future__ import annotations

import random
import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatgui.core import markdown
from chatgui.core.delta import TextDelta
from chatgui.core.message import Role
from chatgui.core.reply import Reply
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, document, message, shown, streaming

pytestmark = pytest.mark.usefixtures("qapp")

GALLERY = (Path(__file__).parents[1] / "blocks" / "gallery.md").read_text(encoding="utf-8")
GALLERY = re.sub(r"!\[[^]]*\]\(data:[^)]*\)", "", GALLERY)  # images come later, and are tested elsewhere
IGNORED = re.compile(
    r"[\s$]"
)  # what parts blocks, and the marks of formulas, which stand as code while they are written
LINE = 25  # pixels: the last word may still move to the next line, and a line grow by what stands in it


@pytest.fixture(autouse=True)
def no_formula_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formulas set for other tests are not known here: like images they come later, in a height of their own."""
    monkeypatch.setattr(maths, "_made", OrderedDict())
    monkeypatch.setattr(maths, "_awaited", {})
    monkeypatch.setattr(maths, "_written", set())


class Shown:
    """What a view shows of its last message: its text, and where each block of it begins."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view
        self._closed: list[BlockRow] = []  # rows that were read, and do not change any more
        self._text, self._y = "", 0

    def read(self) -> tuple[str, int, int]:
        """All text, the height, and where the last sign stands."""
        measure = self.view.page.measure
        body = self.view.page.item(len(self.view.messages) - 1).body
        while len(self._closed) < len(body) - 3:
            row = body[len(self._closed)]
            self._y += row.layout(measure)
            self._text += IGNORED.sub("", row.text)
            self._closed.append(row)
        assert list(body[: len(self._closed)]) == self._closed
        text, y, last = self._text, self._y, 0
        for row in body[len(self._closed) :]:
            height = row.layout(measure)
            if words := row.text.rstrip():
                last = y + round(row.caret_rect(len(words) - 1).top())
            text += IGNORED.sub("", row.text)
            y += height
        return text, y, last


def places(view: TranscriptView) -> tuple[str, list[int]]:
    """The text of a whole answer, and where each sign of it stands."""
    text, found, top = "", [], 0
    for row in view.page.item(len(view.messages) - 1).body:
        height = row.layout(view.page.measure)
        for position, sign in enumerate(row.text):
            if not IGNORED.match(sign):
                found.append(top + round(row.caret_rect(position).top()))
        text += IGNORED.sub("", row.text)
        top += height
    return text, found


def frames(text: str, chance: random.Random | None = None) -> Iterator[tuple[str, str, int, int]]:
    """The text so far, and what is shown of it, letter by letter or as chance cuts it."""
    view, reply, at = shown([message(0, Role.USER, "Go on")]), Reply(), 0
    view.begin_reply(streaming(1), reply, Turn())
    seen = Shown(view)
    while at < len(text):
        size = chance.choice((1, 2, 3, 5, 8)) if chance else 1
        reply.apply(TextDelta(text[at : at + size]))
        at += size
        live = view.page.live
        while live is not None and live.backlog:
            view._flush()
        yield (text[:at], *seen.read())


def check(text: str, chance: random.Random | None = None) -> None:
    """No frame shows what will not be there, or takes less room than the one before, or shows its end elsewhere."""
    with maths.writing(True):  # formulas as they stand until they are set
        whole, where = places(shown([message(0, Role.USER, "Go on"), answer(text)]))
    before = 0
    for so_far, seen, height, last in frames(text, chance):
        assert whole.startswith(seen), f"{seen[-30:]!r} after {so_far[-30:]!r}"
        assert height >= before, f"shrinks by {before - height} after {so_far[-30:]!r}"
        if seen:
            assert abs(last - where[len(seen) - 1]) <= LINE, so_far[-30:]
        before = height


def test_the_gallery_letter_by_letter() -> None:
    check(GALLERY)


@pytest.mark.parametrize("seed", range(6))
def test_any_document_in_any_pieces(seed: int) -> None:
    chance = random.Random(seed)
    check(document(chance, 14), chance)


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (lambda text, _: text, "So **bold** it is."),
        (lambda text, _: text, "| a | b |\n|---|---|\n| 1 | 2 |\n"),
        (lambda text, _: text, "See [the tide](https://example.org)."),
        (lambda text, _: text, "Text\n\n```py\nx = 1\n```\n\nMore.\n\n- [x] done\n"),
        (lambda text, _: text.rstrip("*"), "Some `code` and ~~more~~."),
    ],
)
def test_the_check_sees_a_build_that_shows_marks(broken: object, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "closed_for_display", broken)
    with pytest.raises(AssertionError):
        check(text)
