"""One message of megabytes: whatever is done with it, no step goes through all of it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from chatgui.core.delta import TextDelta
from chatgui.core.markdown import Source, blocks
from chatgui.core.message import Role, State
from chatgui.core.reply import Reply
from chatgui.ui.transcript import gathering, rows
from chatgui.ui.transcript.accessible import AccessibleTranscript
from chatgui.ui.transcript.accessible_live import Grown
from chatgui.ui.transcript.accessible_message import BlockPart, MessagePart
from chatgui.ui.transcript.blocks import Block, errands, make_block
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.selection import Point, Selection
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.tail import PULL
from tests.ui.transcript.scenes import Turn, answer, flush, message, seen_text, settle, shown, streaming, wait_for

pytestmark = pytest.mark.usefixtures("qapp")

ITEMS = "".join(f"- item {n}\n" for n in range(5_000))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The source of every block that is made from now on."""
    sources: list[str] = []

    def make(source: Source, style: Style) -> Block:
        sources.append(source.markdown)
        return make_block(source, style)

    monkeypatch.setattr(rows, "make_block", make)
    return sources


def test_what_is_done_with_a_message_makes_no_blocks_of_it(made: list[str]) -> None:
    view = shown([message(0, Role.USER, "Go"), answer(ITEMS)])
    made.clear()
    view.do("m1", "copy_markdown")
    view.do("m1", "quote")
    assert len(made) < 50


def test_very_much_is_copied_as_its_markdown_and_nothing_of_it_is_parsed(made: list[str]) -> None:
    text = f"First.\n\n{ITEMS * 10}\n{ITEMS}\nLast *words*."
    view = shown([message(0, Role.USER, "Go"), answer(text), message(2, Role.USER, "And *this*?")])
    view.select_all()
    made.clear()
    mime = view.reader.taken()
    assert mime is not None
    assert mime.text() == f"Go\n\n{text}\n\nAnd *this*?"
    view.do("m1", "copy")
    assert QGuiApplication.clipboard().text() == text
    assert len(made) < 50


def test_a_little_of_a_giant_is_copied_as_what_it_is() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(f"{ITEMS * 10}\nLast *words*.")])
    row = view.page.item(1).body[-1]
    view.reader.select(Selection(Point(1, row.start, 0), Point(1, row.start, 4)))
    mime = view.reader.taken()
    assert mime is not None
    assert mime.text() == "Last"
    assert mime.hasFormat("text/html")


def test_a_step_of_gathering_takes_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "SLICE_S", 0.0)
    view = shown([message(0, Role.USER, "Go"), answer(ITEMS * 10)])
    view.select_all()
    view.copy()
    assert view.reader._gathering is not None
    gathered = view.reader._gathering._gathered
    view.reader._gathering._gather()
    view.reader._gathering._gather()
    view.reader._gathering._gather()
    assert 0 < sum(map(len, gathered)) < 20_000
    wait_for(lambda: QGuiApplication.clipboard().text() == f"Go\n\n{ITEMS * 10}".strip())


@pytest.fixture
def rows_made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were made, time by time."""
    counts: list[int] = []
    fresh = Item._fresh

    def counted(item: Item, some: list[Source], start: int) -> list[BlockRow]:
        counts.append(len(some))
        return fresh(item, some, start)

    monkeypatch.setattr(Item, "_fresh", counted)
    return counts


def test_an_answer_of_megabytes_is_caught_up_with_and_ends_a_little_at_a_time(
    rows_made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatgui.ui.transcript.view.SLICE_S", 0.0)
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    reply.apply(TextDelta(ITEMS * 4))  # all of it came before anybody looked
    view.begin_reply(streaming(1), reply, Turn())
    while (live := view.page.live) is not None and live.backlog:
        behind = live.backlog
        view._flush()
        assert behind - live.backlog <= PULL
    assert sum(rows_made) == pytest.approx(20_000, abs=200)
    assert max(rows_made) < 1_000
    rows_made.clear()
    rows = list(view.page.item(1).body[:100])
    view.end_reply(answer(ITEMS * 4))
    assert sum(rows_made) < 20
    assert list(view.page.item(1).body[:100]) == rows
    assert [row.source for row in view.page.item(1).body] == blocks(ITEMS * 4)


def test_an_answer_that_goes_on_behind_megabytes_takes_them_a_little_at_a_time(rows_made: list[int]) -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    begun = message(1, Role.ASSISTANT, ITEMS, state=State.STREAMING)
    view.begin_reply(begun, reply, Turn())
    assert max(rows_made) < 1_000
    reply.apply(TextDelta("\nAnd more."))
    flush(view)
    view.end_reply(answer(f"{ITEMS}\nAnd more."))
    assert [row.source for row in view.page.item(1).body] == blocks(f"{ITEMS}\nAnd more.")


def test_another_style_while_it_comes_cuts_nothing_again() -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    reply.apply(TextDelta(f"{ITEMS}\nWords *so"))
    flush(view)
    view.set_style(Style(zoom=1.2))
    reply.apply(TextDelta(" far* and more.\n\nMore."))
    flush(view)
    assert seen_text(view).endswith("Words so far and more.\nMore.")
    view.end_reply(answer(str(reply.text)))
    assert [row.source for row in view.page.item(1).body] == blocks(str(reply.text))


def test_more_formulas_than_can_wait_do_not_ask_their_asker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands, "QUEUE", 3)
    view = shown([answer("so " + " and ".join(f"$queue_{{{n}}}$" for n in range(9)))])
    settle(view)
    assert "queue" in seen_text(view)
    wait_for(lambda: errands.errands().idle, 20)


def test_a_giant_is_read_aloud_as_it_was_written_and_nothing_of_it_is_parsed_for_that(made: list[str]) -> None:
    text = f"{ITEMS}\nLast *words*."
    view = shown([message(0, Role.USER, "Go"), answer(text)])
    wait_for(lambda: view.page.realised.unread() is None)
    outer = AccessibleTranscript(view)
    part = outer._children()[1]
    assert isinstance(part, MessagePart)
    assert part.readable is not None
    made.clear()
    assert part.readable.characterCount() == len(text)
    assert part.readable.text(0, 13) == "- item 0\n- it"
    assert part.childCount() < 200
    assert len(made) < 200
    placed = view.page.placed[-3]
    box = part.readable.characterRect(placed.row.start + 3)
    assert box.isValid()
    assert part.readable.offsetAtPoint(box.center()) in range(placed.row.start, placed.row.start + 12)
    outer.retire()


def test_headings_without_end_are_exposed_near_those_in_sight() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("# a\n" * 3_000)])
    wait_for(lambda: view.page.realised.unread() is None)
    outer = AccessibleTranscript(view)
    part = outer._children()[1]
    assert isinstance(part, MessagePart)
    names = [one.row for one in part.inside() if isinstance(one, BlockPart)]
    assert 20 < len(names) < 300
    view.to_start()
    assert part.inside()[0] not in names
    assert view.page.item(1).body[0] in [one.row for one in part.inside() if isinstance(one, BlockPart)]
    outer.retire()


def test_what_comes_of_a_giant_is_told_without_parsing_all_of_it(made: list[str]) -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    live = view.page.live
    assert live is not None
    grown = Grown(live, 0)
    reply.apply(TextDelta(ITEMS))
    flush(view)
    made.clear()
    assert grown.change(whole=True)[2].endswith("item 4999")
    reply.apply(TextDelta("\nMore words."))
    flush(view)
    at, gone, come = grown.change(whole=True)
    assert (gone, come.strip()) == ("", "More words.")
    assert at >= len(ITEMS) - 3
    assert len(made) < 200


def test_the_caret_leaves_a_block_without_parsing_the_others(made: list[str]) -> None:
    view = shown([message(0, Role.USER, "Go"), answer(f"{ITEMS}\nLast.")])
    wait_for(lambda: view.page.realised.unread() is None)
    last = view.page.item(1).body[-1]
    made.clear()
    assert view._keys._beside(Point(1, last.start, 0), -1).message == 1
    assert view._keys._beside(Point(0, 0, 2), 1) == Point(1, 0, 0)
    assert view._keys._beside(Point(1, 0, 0), -1) == Point(0, 0, 2)
    assert view._keys._beside(Point(1, last.start, 5), 1) == Point(1, last.start, 5)
    assert len(made) < 10
