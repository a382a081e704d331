"""Failures become words and a way on; links are opened in one place, and only what is safe; garbage stays on its thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QVBoxLayout, QWidget

from chatgui.core.errors import ChatError, RateLimited, StoreError, StoreState, UsageError
from chatgui.ui import links
from chatgui.ui.garbage import Collector
from chatgui.ui.notices import NoticeBar, told
from chatgui.ui.theme import Theme
from chatgui.ui.transcript.links import judge


def test_a_failure_is_said_with_the_way_on() -> None:
    assert told(UsageError("No.", advice="Ask again.")) == "No. Ask again."
    assert told(RateLimited("Too many.", retry_after=12.0)) == "Too many. Try again in 12 s."


def test_a_bug_of_ours_is_called_one_and_shows_no_internals() -> None:
    words = told(ZeroDivisionError("secret detail"))
    assert "went wrong" in words
    assert "secret detail" not in words


@pytest.fixture
def bar(qapp: QApplication) -> Iterator[NoticeBar]:
    parent = QWidget()
    over = QWidget()
    QVBoxLayout(parent).addWidget(over)
    parent.resize(700, 400)
    parent.show()
    yield NoticeBar(parent, over, Theme(qapp))
    parent.hide()


def test_a_notice_floats_at_the_foot_and_takes_no_focus(bar: NoticeBar) -> None:
    before = QApplication.focusWidget()
    bar.say("Conversation deleted.", [("Undo", lambda: None)])
    assert bar.isVisible()
    assert bar.geometry().bottom() <= 400
    assert bar.geometry().top() > 200
    assert QApplication.focusWidget() is before


def test_a_button_acts_and_takes_the_notice_away(bar: NoticeBar) -> None:
    done: list[str] = []
    bar.say("Deleted.", [("Undo", lambda: done.append("undone"))])
    next(one for one in bar.findChildren(QPushButton) if one.text() == "Undo").click()
    assert done == ["undone"]
    assert bar.words == ""


def test_a_later_notice_replaces_the_earlier(bar: NoticeBar) -> None:
    bar.say("One.")
    bar.trouble(StoreError(StoreState.DISK_FULL, "The disk is full.", advice="Free some space."))
    assert bar.words == "The disk is full. Free some space."


def test_notices_are_plain_text(bar: NoticeBar) -> None:
    bar.trouble(ChatError("<img src=x onerror=alert(1)>"))
    assert bar.words.startswith("<img")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would go to the system's browser."""
    seen: list[str] = []
    monkeypatch.setattr(links, "_open", lambda url: seen.append(url.toString()))
    return seen


def test_web_addresses_open_at_once(qapp: QApplication, opened: list[str]) -> None:
    links.open_link("https://example.com/a?b=c#d")
    assert opened == ["https://example.com/a?b=c#d"]


def test_what_pretends_to_lead_elsewhere_is_asked_about_first(qapp: QApplication, opened: list[str]) -> None:
    parent = QWidget()
    link = judge("https://xn--80ak6aa92e.com/x", "https://apple.com/x")
    links.open_link(link.url, parent, warning=link.warning)
    box = parent.findChild(QMessageBox)
    assert box is not None
    assert opened == []
    assert box.text() == "The text names “apple.com”, but the link leads to “xn--80ak6aa92e.com”."
    assert box.informativeText() == "https://xn--80ak6aa92e.com/x"  # never as letters that look like others
    box.button(QMessageBox.StandardButton.Open).click()
    assert opened
    parent.deleteLater()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "chatgui:x", "", "//host/x", "not a link", "https://", "vbscript:x", "smb://host/share"],
)  # fmt: skip
def test_everything_else_is_refused_in_words(qapp: QApplication, opened: list[str], address: str) -> None:
    words: list[str] = []
    links.open_link(address, refused=words.append)
    assert opened == []
    assert words


def test_mail_addresses_are_asked_about_first(qapp: QApplication, opened: list[str]) -> None:
    parent = QWidget()
    links.open_link("mailto:someone@example.com", parent)
    box = parent.findChild(QMessageBox)
    assert box is not None
    assert opened == []
    box.button(QMessageBox.StandardButton.Open).click()
    assert opened == ["mailto:someone@example.com"]
    parent.deleteLater()


def test_garbage_is_collected_on_the_windows_thread_alone(qapp: QApplication) -> None:
    threads: list[str] = []
    note = lambda phase, _: threads.append(threading.current_thread().name) if phase == "start" else None  # noqa: E731
    gc.callbacks.append(note)
    collector = Collector(lambda: False)
    try:
        kept: list[list[int]] = []
        worker = threading.Thread(target=lambda: kept.extend([at] for at in range(5000)))
        worker.start()
        worker.join()
        assert threads == []
        collector.look()
        assert set(threads) == {"MainThread"}
    finally:
        gc.callbacks.remove(note)
        collector.end()
        gc.disable()
