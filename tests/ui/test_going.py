"""A link to a message: copied from it, and followed from a text, the search, the palette and another start of the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from chatgui.cli.main import parse
from chatgui.core.message_link import MessageLink
from chatgui.ui import going, single
from chatgui.ui.transcript.links import judge
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until
from tests.ui.test_window import answered, say

NOBODY = "chatgui://conversation/000000000000000000000000/message/000000000000000000000001"
HOSTILE = [
    "chatgui://send/conversation/a/message/b", "chatgui://conversation/a/message/b?do=delete", "chatgui:delete",
    "chatgui://conversation/../../etc/message/passwd", "chatgui://settings/proxy/evil",
]  # fmt: skip


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


async def two(window: Window) -> tuple[MessageLink, MessageLink]:
    """Two conversations are there, the second is shown: a link to the first question of each."""
    found: list[MessageLink] = []
    for words in ("How do tides work?", "And fjords?"):
        if found:
            window.verbs_bound.new_conversation()
            await until(lambda: window.conversation_bound.id != found[0].conversation)
        say(window, words)
        await until(lambda: answered(window))
        found.append(MessageLink(window.conversation_bound.id, window.stage.view.messages[0].id))
    return found[0], found[1]


def is_at(window: Window, link: MessageLink) -> bool:
    view = window.stage.view
    return window.conversation_bound.id == link.conversation and view.box_of(link.message) is not None


async def test_the_menu_copies_a_link_and_the_keyboard_does(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        say(window, "How do tides work?")
        await until(lambda: answered(window))
        question, answer = window.stage.view.messages
        window.stage.view.do(question.id, "copy_link")
        assert clipboard() == str(MessageLink(window.conversation_bound.id, question.id))
        assert window.stage.notices.words == "Link copied."
        window.stage.view.reader.set_current("")
        window.actions_by_id["copy_link"].trigger()
        assert clipboard().endswith(answer.id), "without a message turned to, the last one is meant"
        window.stage.view.reader.set_current(question.id)
        window.actions_by_id["copy_link"].trigger()
        assert clipboard().endswith(question.id)


async def test_a_link_in_a_text_leads_to_its_message(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        tides, fjords = await two(window)
        say(window, f"Compare with {tides}, please.")
        await until(lambda: answered(window) and len(window.stage.view.messages) == 4)
        row = next(row for row in window.stage.view.page.item(2).body)
        window.stage.view.jump_to(window.stage.view.messages[2].id)
        (link,) = row.links()
        assert link.words.endswith("a message")
        assert link.run is not None
        link.run()
        await until(lambda: is_at(window, tides))
        assert fjords.conversation != tides.conversation


async def test_another_branch_is_switched_to(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _session):
        say(window, "How do tides work?")
        await until(lambda: answered(window))
        first = window.stage.view.messages[1].id
        window.verbs_bound.regenerate()
        await until(lambda: answered(window) and window.stage.view.messages[1].id != first)
        window.verbs_bound.go_to(str(MessageLink(window.conversation_bound.id, first)))
        await until(lambda: window.stage.view.messages[1].id == first)


async def test_the_search_line_offers_the_jump(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        tides, _fjords = await two(window)
        line = window.sidebar.search
        line.setText(f" {tides} ")
        await until(lambda: window.sidebar.model.total == 1 and window.sidebar.model.row(0).hit is not None)
        QTest.keyClick(line, Qt.Key.Key_Return)
        await until(lambda: is_at(window, tides))
        line.setText(NOBODY)
        await until(lambda: not window.sidebar.model.total)
        assert window.sidebar._empty.text() == going.UNKNOWN


async def test_the_palette_offers_the_jump(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        tides, _fjords = await two(window)
        window.verbs_bound.open_palette()
        palette = window.verbs_bound._palette
        field = palette.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        field.setText("chatgui://nonsense")
        assert palette._model.pick_row(0).words == going.NO_LINK
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert palette.isVisible(), "there is nothing to choose"
        field.setText(str(tides))
        row = palette._model.pick_row(0)
        assert (row.words, row.facts) == ("Go to Message", "How do tides work?")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: is_at(window, tides))
        assert not palette.isVisible()


async def test_what_a_link_does_not_lead_to_is_said(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        tides, fjords = await two(window)
        other = str(MessageLink(fjords.conversation, "000000000000000000000001"))
        for text, words in ((NOBODY, going.UNKNOWN), (other, going.GONE), ("chatgui://x", going.NO_LINK)):
            window.verbs_bound.go_to(text)
            await until(lambda words=words: window.stage.notices.words == words)
            assert window.conversation_bound.id == fjords.conversation
        await session.library.delete([tides.conversation])
        window.verbs_bound.go_to(str(tides))
        await until(lambda: window.stage.notices.words == going.IN_TRASH)
        assert window.conversation_bound.id == fjords.conversation


@pytest.mark.parametrize("address", HOSTILE)
def test_nothing_else_can_be_asked_for_by_an_address(address: str) -> None:
    assert not judge(address, "click").allowed


def test_a_good_address_says_where_it_leads() -> None:
    link = judge(NOBODY, "https://bank.example")
    assert link.url == NOBODY
    assert link.shown == f"Go to message: {NOBODY}"


async def test_a_link_of_ours_never_leaves_the_program(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    async with showing(qapp, profile) as (window, _):
        window.conversation_bound.going.follow(judge(NOBODY))
        await until(lambda: window.stage.notices.words == going.UNKNOWN)
    assert opened == []


async def test_another_start_tells_the_running_window_its_link(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where that one did not wait for the answer: this process is busy until it has gone."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(single, "WAIT_MS", 50)
    first = single.FirstWindow(tmp_path)
    assert first.listen()
    told: list[str] = []
    first.raise_wanted.connect(lambda: told.append("raise"))
    first.link_wanted.connect(told.append)
    for link, heard in (("", []), (NOBODY, [NOBODY]), ("chatgui:a\nlink chatgui:b", ["chatgui:a link chatgui:b"])):
        told.clear()
        assert single.raise_first(tmp_path, link)
        await until(lambda heard=heard: told == ["raise", *heard])
    first.close()


def test_a_link_on_the_command_line_is_for_the_window(capsys: pytest.CaptureFixture[str]) -> None:
    told = parse(["--profile", "/p", NOBODY])
    assert (told.command, told.link, told.rest) == (None, NOBODY, [])
    assert parse(["usage"]).link == ""
    for wrong, words in ((["chatguide"], "no command “chatguide”"), ([NOBODY, "--profile=/p"], "nothing can follow")):
        with pytest.raises(SystemExit) as ended:
            parse(wrong)
        assert ended.value.code == 2
        assert words in capsys.readouterr().err
