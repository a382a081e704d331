"""What is painted while an answer comes: what is new, and nothing that only stands elsewhere now."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from chatgui.chat.turn import Phase
from chatgui.core.delta import TextDelta
from chatgui.core.reply import Reply
from chatgui.ui.transcript.blocks.code import CodeBlock
from chatgui.ui.transcript.facet import ReasoningFacet
from chatgui.ui.transcript.picture import Picture
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import (
    Turn,
    document,
    flush,
    painted_anew,
    picture,
    sentence,
    settle,
    shown,
    streaming,
    talk,
    wait_for,
)

pytestmark = pytest.mark.usefixtures("qapp")


class Paintings(QObject):
    """What of a view's viewport is painted, or of another widget, as one region."""

    def __init__(self, view: TranscriptView, widget: QWidget | None = None) -> None:
        super().__init__(view)
        self.region = QRegion()
        (widget or view.viewport()).installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False

    def take(self) -> QRegion:
        """What was painted since it was asked last."""
        taken, self.region = self.region, QRegion()
        return taken


def grow(view: TranscriptView, reply: Reply, words: str) -> None:
    """These words come, and are painted."""
    reply.apply(TextDelta(words))
    flush(view)
    settle(view)


def lines(view: TranscriptView, region: QRegion) -> float:
    """How many lines of text a region is high, its holes not counted."""
    return sum(part.height() for part in region) / view.page.style.line()  # type: ignore[attr-defined]  # it iterates


@pytest.mark.parametrize("known", [0, 50], ids=["it all fits", "at the end of a long conversation"])
def test_a_paragraph_that_grows_paints_its_last_lines_whatever_moves_above_it(known: int) -> None:
    view, reply, chance = shown(talk(known)), Reply(), random.Random(2)
    view.begin_reply(streaming(), reply, Turn())
    grow(view, reply, sentence(chance, 20))
    seen, height = Paintings(view), view.page.heights.total
    for _ in range(30):
        grow(view, reply, f" {chance.choice(('tides', 'moon', 'harbour'))}" * 4)
        assert lines(view, seen.take()) < 3
    assert view.page.heights.total > height + 2 * view.page.style.line()
    assert picture(view) == painted_anew(view)


def test_of_a_block_that_has_just_begun_nothing_is_seen_not_even_the_mark_at_its_end() -> None:
    view, reply = shown(talk(2)), Reply()
    view.begin_reply(streaming(), reply, Turn())
    grow(view, reply, "Tides:")
    before = picture(view)
    grow(view, reply, "\n\n-")
    assert picture(view) == before
    assert painted_anew(view) == before


def test_code_that_got_its_colours_is_painted_from_the_first_line_that_has_others() -> None:
    view, reply = shown(talk(2)), Reply()
    view.begin_reply(streaming(), reply, Turn())
    grow(view, reply, "```python\n" + "".join(f"x{n} = {n}\n" for n in range(8)))
    block = view.page.live.body[-1].block if view.page.live else None
    assert isinstance(block, CodeBlock)
    seen = Paintings(view)
    block._coloured(7)
    view.refresh()
    settle(view)
    assert 0 < lines(view, seen.take()) < 4
    block._coloured(0)
    view.refresh()
    settle(view)
    assert lines(view, seen.take()) > 6
    assert picture(view) == painted_anew(view)


def test_colours_that_come_while_text_does_are_painted_with_the_next_of_it_or_soon() -> None:
    view, reply = shown(talk(2)), Reply()
    view.begin_reply(streaming(), reply, Turn())
    grow(view, reply, "```python\nx = 1\n")
    block = view.page.live.body[-1].block if view.page.live else None
    assert isinstance(block, CodeBlock)
    block._coloured(0)
    assert view._late.isActive()
    grow(view, reply, "y = 2\n")
    assert not view._late.isActive()
    block._coloured(0)
    seen = Paintings(view)
    wait_for(lambda: not seen.region.isEmpty())


def test_a_bar_that_moves_has_nothing_painted_behind_it() -> None:
    window = QWidget()
    window.setStyleSheet("QScrollBar:vertical { background: transparent; width: 10px; }")
    view, reply = shown(talk(6)), Reply()
    QVBoxLayout(window).addWidget(view)
    window.resize(900, 600)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    view.begin_reply(streaming(), reply, Turn())
    grow(view, reply, "Tides rise.")
    behind, bar = Paintings(view, window), Paintings(view, view.verticalScrollBar())
    for _ in range(5):
        grow(view, reply, "\n\nTides rise.")
    assert not bar.take().isEmpty()
    assert behind.take().isEmpty()
    window.close()


def test_a_reader_further_up_has_nothing_painted_at_all() -> None:
    view, reply, chance = shown(talk(50)), Reply(), random.Random(2)
    view.begin_reply(streaming(), reply, Turn())
    grow(view, reply, sentence(chance, 20))
    view.scroll_by(-1_000)
    settle(view)
    seen = Paintings(view)
    for _ in range(10):
        grow(view, reply, sentence(chance, 20))
    assert seen.take().isEmpty()


@pytest.mark.parametrize("facet", [None, ReasoningFacet()], ids=["answer", "reasoning"])
@pytest.mark.parametrize("known", [0, 6])
def test_moving_what_is_painted_is_painting_it_anew(facet: ReasoningFacet | None, known: int) -> None:
    """Whatever comes, in whatever pieces: at the end, further up, and with the line of progress coming and going."""
    for seed in range(3):
        chance = random.Random(seed)
        view, reply, turn = shown(talk(known), facet=facet), Reply(), Turn()
        view.begin_reply(streaming(), reply, turn)
        text = document(chance, 8)
        at = 0
        while at < len(text):
            turn.phase = chance.choice((Phase.THINKING, Phase.ANSWERING))
            turn.seconds += 0.3
            size = chance.choice((3, 20, 90))
            grow(view, reply, text[at : at + size])
            at += size
            if chance.random() < 0.1:
                view.scroll_by(chance.choice((-70, 40)))
            if chance.random() < 0.2:
                assert picture(view) == painted_anew(view)
        assert picture(view) == painted_anew(view)


def test_painting_everything_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Picture, "_scroll", lambda *_: False)
    with pytest.raises(AssertionError):
        test_a_paragraph_that_grows_paints_its_last_lines_whatever_moves_above_it(50)


def test_the_same_where_a_pixel_of_ours_is_one_and_a_quarter_of_the_screen() -> None:
    same = "moving_what_is_painted or further_up"
    asked = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", __file__, "-k", same]
    done = subprocess.run(
        asked, check=False, env={**os.environ, "QT_SCALE_FACTOR": "1.25"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
