"""Finding: how many, which one, marks where it is; nothing is laid out to count."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from chatgui.core.message import Role
from chatgui.ui.transcript import find
from chatgui.ui.transcript.patterns import Count
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import answer, message, picture, shown, talk, wait_for

pytestmark = pytest.mark.usefixtures("qapp")


def done(view: TranscriptView) -> None:
    """Wait until everything was searched."""
    wait_for(lambda: not view.search.is_searching)


def test_hits_are_counted_and_walked_round() -> None:
    view = shown(
        [message(0, Role.USER, "tide tide"), answer("High **Tide**.\n\nNo more. tide"), message(2, Role.USER, "x")]
    )
    search = view.search
    search.start("TIDE")
    done(view)
    assert search.total == 4
    view.to_start()
    numbers = []
    for _ in range(5):
        search.step(1)
        numbers.append(search.number)
    assert numbers == [1, 2, 3, 4, 1]
    search.step(-1)
    assert search.number == 4


def test_marks_stand_where_the_words_are_shown() -> None:
    view = shown([message(0, Role.USER, "tide"), answer("The **ti**de and [tide](https://tide.example).")])
    view.search.start("tide")
    done(view)
    view.to_start()
    view.search.step(1)
    view.search.step(1)
    placed = next(one for one in view.page.placed if one.index == 1 and one.row.start >= 0)
    marks = view.search.marks(placed)
    assert [placed.row.text[start:end] for start, end, _ in marks] == ["tide", "tide"]
    assert [current for _, _, current in marks] == [True, False]
    assert (
        view.search.total == 3
    )  # the link's address is not shown, so it is not counted once the message was looked at


def test_the_place_found_comes_into_sight() -> None:
    messages = talk(3000)
    messages[700] = message(700, Role.USER, "Here is the needle.")
    view = shown(messages)
    view.search.start("needle")
    view.search.step(1)  # asked before the search got there
    done(view)
    assert view.search.number == 1
    assert any(one.index == 700 for one in view.page.placed)
    assert len(view.page.realised) < 90


def test_in_a_message_of_megabytes_only_what_holds_the_words_is_parsed() -> None:
    words = "tides and moons and nothing else " * 20
    text = "\n\n".join([words] * 700 + ["Here is the **needle**."] + [words] * 700)
    view = shown([message(0, Role.USER, "Go"), answer(text)])
    view.search.start("needle")
    done(view)
    view.search.step(1)  # it is taken once the message is read
    wait_for(lambda: any("needle" in one.row.text for one in view.page.placed))
    assert sum(row._block is not None for row in view.page.item(1).body) < 200


def test_words_are_found_in_any_script() -> None:
    view = shown([message(0, Role.USER, "Ångström ÅNGSTRÖM, 日本語")])
    view.search.start("ångström")
    done(view)
    assert view.search.total == 2
    view.search.start("本")
    done(view)
    assert view.search.total == 1


def test_nothing_found_and_nothing_asked() -> None:
    view = shown(talk(4))
    view.search.start("zebra")
    done(view)
    view.search.step(1)
    assert (view.search.total, view.search.number) == (0, 0)
    view.search.start("")
    assert view.search.total == 0


def test_other_messages_are_searched_anew() -> None:
    view = shown([message(0, Role.USER, "tide")])
    view.search.start("tide")
    done(view)
    view.show_messages([message(0, Role.USER, "tide tide tide")])
    done(view)
    assert view.search.total == 3


LONG = "x\u00a0" * 300
COLUMNS = 20


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{LONG}needle\n```",
        f"- ```\n  {LONG}needle\n  ```",
        "| wide " * COLUMNS + "|\n" + "|---" * COLUMNS + "|\n" + "| seldom " * (COLUMNS - 1) + "| needle |",
    ],
)
def test_a_hit_beyond_the_right_edge_is_scrolled_to(text: str) -> None:
    view = shown([message(0, Role.USER, "x"), answer(text)], width=500)
    view.search.start("needle")
    done(view)
    view.search.step(1)
    placed = next(one for one in view.page.placed if "needle" in one.row.text)
    assert 0 < placed.row.caret_rect(placed.row.text.index("needle")).left() < 470
    before = picture(view)
    QTest.keyClick(view, Qt.Key.Key_Left)  # as far as one likes, by keys
    assert picture(view) != before


def test_in_a_message_of_very_many_blocks_they_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    view = shown([message(0, Role.USER, "Go"), answer("- tide and *ti*de\n" * 3_000)])
    wait_for(lambda: view.page.realised.unread() is None)
    view.search.start("tide")
    done(view)
    counted: list[str] = []
    count = view.search._in_source
    monkeypatch.setattr(view.search, "_in_source", lambda text: counted.append(text) or count(text))
    numbers = []
    for by in (1, 1, 1, -1):
        view.search.step(by)
        numbers.append(view.search.number)
    assert len(counted) == 3_000
    assert [numbers[0] + n for n in (0, 1, 2, 1)] == numbers
    near = sum("tide and tide" in one.row.text for one in view.page.placed)
    assert view.search.total > 3_000  # what is in sight is counted by what it shows
    assert near > 5
    view.replace(answer("- tide\n" * 3_001))
    wait_for(lambda: view.page.realised.unread() is None)
    view.search.step(1)
    assert len(counted) >= 6_000


def test_a_giant_is_searched_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "PIECE", 500)
    monkeypatch.setattr(find, "LONG_ROW", 100)
    text = "the tide, " * 400
    view = shown([message(0, Role.USER, text), answer("A tide."), message(2, Role.USER, text)])
    view.to_start()
    lengths: list[int] = []
    counters = find.counters

    def counted(query: str) -> tuple[Count, Count]:
        in_source, in_text = counters(query)
        return lambda text: lengths.append(len(text)) or in_source(text), in_text

    monkeypatch.setattr(find, "counters", counted)
    view.search.start("tide")
    done(view)
    assert max(lengths) <= 500
    assert view.search.total == 801
    assert view.search.counts == {0: 400, 1: 1, 2: 400}
    view.search.step(-1)
    assert view.search.number == 801
